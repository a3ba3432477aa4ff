#!/bin/bash
# Runs docs/scale/slurm-array.sh for real: a Slurm cluster of its own on this machine (Debian: apt-get install
# slurm-wlm munge; as root), all daemons on the loopback, 8 array tasks on copies of the sample photos, one of them
# killed with SIGKILL and requeued. Then compares the cache with that of one process. Ends what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
[ "$(id -u)" = 0 ] || { echo "Only root may start the daemons."; exit 2; }
[ -f dist/cli.js ] || node scripts/build.mjs

dir=$(mktemp -d /tmp/retrain-slurm-XXXXXX)
chmod 755 "$dir"
host=$(hostname -s)
daemons=()
finish() {
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$dir"
}
trap finish EXIT

mkdir -m 755 "$dir/munge" "$dir/state" "$dir/spool" "$dir/bin" "$dir/logs"
dd if=/dev/urandom of="$dir/munge/key" bs=1024 count=1 status=none
chmod 400 "$dir/munge/key"
munged --foreground --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
  --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" >"$dir/logs/munged" 2>&1 &
daemons+=($!)

cat >"$dir/slurm.conf" <<CONF
ClusterName=trial
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=trial Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$dir/slurm.conf
slurmctld -D >"$dir/logs/slurmctld" 2>&1 &
daemons+=($!)
slurmd -D >"$dir/logs/slurmd" 2>&1 &
daemons+=($!)
for _ in $(seq 60); do sinfo -h -o %t 2>/dev/null | grep -q idle && break || sleep 0.5; done
sinfo -h -o %t | grep -q idle || { cat "$dir/logs/slurmctld" "$dir/logs/slurmd"; exit 1; }
echo "$(slurmctld -V), $(nproc) processors"

printf '#!/bin/sh\nexec "%s" "%s/dist/cli.js" "$@"\n' "$(command -v node)" "$root" >"$dir/bin/retrain"
chmod 755 "$dir/bin/retrain"
export PATH=$dir/bin:$PATH XDG_DATA_HOME=$dir/data
cp -r media/samples/flowers "$dir/alone"
rm -f "$dir/alone/CREDITS.csv"
rm -rf "$dir/alone/.bottlenecks" "$dir/alone/.retrain"
cp -r "$dir/alone" "$dir/shared"
retrain bottlenecks "$dir/alone" 2>/dev/null | tail -1

cd "$dir/logs"
started=$(date +%s)
job=$(sbatch --parsable "$root/docs/scale/slurm-array.sh" "$dir/shared")
echo "job $job: 8 tasks"
# one task is killed when it has stored something: its lease says which process it is
killed=
while [ -z "$killed" ]; do
  for lease in $(find "$dir/shared/.bottlenecks" -name '*.lease' -path '*efficientnet*' 2>/dev/null); do
    pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$lease")
    [ -n "$pid" ] && [ "$(stat -c %s "${lease%lease}npy")" -gt 128 ] || continue
    task=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^SLURM_ARRAY_TASK_ID=//p')
    kill -9 "$pid" && killed=$task && break
  done
  sleep 0.02
done
echo "task $killed killed with SIGKILL"
# Slurm takes its end in first; then it is put into the queue again
for _ in $(seq 100); do
  scontrol requeue "${job}_$killed" 2>/dev/null && break || sleep 0.2
done
echo "task $killed requeued: $(scontrol show job "${job}_$killed" | grep -o 'Restarts=[0-9]*')"
while squeue -h -j "$job" -o %T | grep -qE 'PENDING|RUNNING|COMPLETING|REQUEUED'; do sleep 0.5; done
echo "all tasks done after $(($(date +%s) - started)) s"
for task in $(seq 0 7); do
  echo "task $task: $(scontrol show job "${job}_$task" | grep -oE 'JobState=[A-Z]+|Restarts=[0-9]+' | tr '\n' ' ')" \
    "$(grep -h '^Shard' "retrain-${job}_$task.log" | tail -1)"
done
cd "$root"
echo "compared with one process:"
node --import=tsx test/support/sameCacheProcess.ts "$dir/shared/.bottlenecks" "$dir/alone/.bottlenecks"
retrain bottlenecks "$dir/shared" 2>/dev/null | tail -1
