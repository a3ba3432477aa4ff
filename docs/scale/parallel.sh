#!/bin/sh
# Bottleneck values of a dataset by GNU parallel: eight shards, as many at once as this machine has cores.
#
#     docs/scale/parallel.sh /shared/photos
#
# On several machines that share the folder, name them: parallel --sshlogin node1,node2 ...; `retrain` must be on the
# path of each. What stopped may be run again: --joblog and --resume-failed say what is left, and nothing is computed
# twice without them either.
set -eu
seq 0 7 | parallel --halt soon,fail=1 retrain bottlenecks "$1" --shard '{}/8'
