import type {
  CacheFinding,
  CacheSize,
  ClearResult,
  ExportResult,
  ImportResult,
  MergeResult,
  VerifyResult,
} from '../jobs';
import { format } from './documents';

export function mergeDocument({ into, caches }: MergeResult): object {
  return { format, into, caches: caches.map(({ folder, backbones }) => ({ folder, backbones })) };
}

export function importDocument({ cache, modules, unmatched }: ImportResult): object {
  return {
    format,
    cache,
    modules: modules.map(({ module, id: backbone, dimension, taken, present, newer, skipped, without }) => ({
      module,
      backbone,
      dimension,
      taken,
      present,
      newer,
      skipped: skipped.map(({ path: file, code, message }) => ({ path: file, code, message })),
      without,
    })),
    unmatched,
  };
}

export function exportDocument({ to, module, files, skipped }: ExportResult): object {
  return {
    format,
    to,
    module,
    files,
    skipped: skipped.map(({ path: file, code, message }) => ({ path: file, code, message })),
  };
}

export function verifyDocument(result: VerifyResult): object {
  const { cache, backbone, runtime, images, rows, recomputed, recomputedViews } = result;
  const { largestDistance, tolerance, seed, missing } = result;
  return {
    format,
    cache,
    backbone: { id: backbone.id, dimension: backbone.dimension, fingerprint: backbone.fingerprint },
    runtime,
    images,
    rows,
    recomputed,
    recomputedViews,
    largestDistance,
    tolerance,
    seed,
    findings: result.findings.map(findingDocument),
    missing,
  };
}

function findingDocument(finding: CacheFinding): object {
  const { kind, path: file } = finding;
  if (kind === 'unreadable')
    return { kind, path: file, error: { code: finding.failure.code, message: finding.failure.message } };
  const place = { part: finding.place?.part ?? null, row: finding.place?.row ?? null };
  return { kind, path: file, ...place, ...(kind === 'differs' && { distance: finding.distance }) };
}

export function cacheSizeDocument({ rows, files, bytes }: CacheSize): object {
  return { format, removed: false, rows, files, bytes };
}

export function clearDocument({ caches, rows, files, bytes, left }: ClearResult): object {
  return { format, removed: true, caches, rows, files, bytes, left };
}
