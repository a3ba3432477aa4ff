#!/bin/bash
# Bottleneck values of a dataset on a shared file system, as a Slurm job array:
#
#     sbatch docs/scale/slurm-array.sh /shared/photos
#     sbatch --array=0-99 docs/scale/slurm-array.sh /shared/photos
#
# Shards count from 0, so the array must begin with 0 and have no gaps. A task that fails, or whose node goes, may be
# requeued or submitted again: it computes only what is missing.
#SBATCH --job-name=retrain
#SBATCH --array=0-7
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=retrain-%A_%a.log
set -euo pipefail
exec retrain bottlenecks "$1" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
