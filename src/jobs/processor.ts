import { readFile } from 'node:fs/promises';

/** The instruction sets that decide how fast a network runs: as Linux calls them, and as everybody does. */
const names: Readonly<Record<string, string>> = {
  sse4_1: 'SSE4.1',
  avx: 'AVX',
  avx2: 'AVX2',
  fma: 'FMA',
  avx_vnni: 'AVX-VNNI',
  avx512f: 'AVX512F',
  avx512_vnni: 'AVX512-VNNI',
  amx_int8: 'AMX-INT8',
  neon: 'NEON',
  asimd: 'NEON',
  asimddp: 'DotProd',
  i8mm: 'I8MM',
  sve: 'SVE',
};

/**
 * The instruction sets of this machine's processor, null where they cannot be told without a native program: Linux
 * lists them in /proc/cpuinfo; every 64-bit ARM has NEON (Arm Architecture Reference Manual, ARMv8-A).
 */
export async function instructionSets(): Promise<string[] | null> {
  if (process.platform === 'linux') {
    const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
    const sets = listedSets(text);
    if (sets.length > 0) return sets;
  }
  return process.arch === 'arm64' ? ['NEON'] : null;
}

/** Those of the sets above that a /proc/cpuinfo lists, in the order above. */
export function listedSets(cpuinfo: string): string[] {
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/));
  return Object.entries(names)
    .filter(([flag]) => flags.has(flag))
    .map(([, name]) => name);
}
