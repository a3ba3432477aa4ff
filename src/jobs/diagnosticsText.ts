import type { BackboneDiagnosis, Diagnostics } from './results';

/** The diagnostics as a person reads them and pastes them into a report: in English, the same everywhere. */
export function diagnosticsText(diagnostics: Diagnostics): string {
  const { extension, node, system, processor, memory, runtimes, auto, cacheDirectory } = diagnostics;
  const sets = processor.instructionSets?.join(', ') ?? 'instruction sets unknown';
  return [
    `Retrain Classifier ${extension ?? '(version unknown)'}`,
    `Node ${node} on ${system.platform}-${system.architecture} (${system.release})`,
    `Processor: ${processor.model ?? 'unknown'}, ${processor.cores} cores; ${sets}`,
    `Memory: ${gigabytes(memory.total)}, ${gigabytes(memory.free)} of it free`,
    '',
    'Runtimes, the fastest first:',
    ...runtimes.map(
      ({ id, version, reason = '' }) => `  ${id.padEnd(12)}${version ?? `cannot be loaded: ${reason}`}`,
    ),
    `  auto takes ${auto ?? 'none of them'}`,
    '',
    `Backbones (decoder ${diagnostics.decoder}):`,
    ...diagnostics.backbones.map(backboneLine),
    '',
    `Cache directory of read-only datasets: ${cacheDirectory.path}`,
    cacheDirectory.obstacle === null ? '  can be written' : `  cannot be written: ${cacheDirectory.obstacle}`,
  ].join('\n');
}

function backboneLine(backbone: BackboneDiagnosis): string {
  return backbone.kind === 'sound'
    ? `  ${backbone.id}: ${backbone.dimension} values, fingerprint ${backbone.fingerprint.slice(0, 12)}`
    : `  ${backbone.message}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
