import { createHash } from 'node:crypto';

/** Windows opens a device under these names, whatever extension follows. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;
/** Names that have a meaning of their own in the layout. */
const taken = new Set(['files', 'backbone.json']);
const plainCharacters = /^[\p{L}\p{N}_+#&()',=@!-][\p{L}\p{M}\p{N}_+#&()',=@!. -]*$/u;

/** True where no file system takes two such names for one, changes one, or refuses one. */
function isPlain(name: string): boolean {
  return (
    plainCharacters.test(name) &&
    !/\p{DI}/u.test(name) &&
    Buffer.byteLength(name) <= 100 &&
    name.normalize('NFC') === name &&
    name.toLowerCase() === name &&
    name.toUpperCase().toLowerCase() === name &&
    !/[. ]$/.test(name) &&
    !device.test(name) &&
    !taken.has(name)
  );
}

/**
 * The folder for a label or a backbone id, safe on every file system. A plain name (lower case, NFC, no character
 * any system reserves) is its own folder. Any other keeps what it can, then `~` and 16 digits of its sha256, so two
 * names never share a folder, not even where `Cat` and `cat`, or NFC and NFD, are one. The name itself is read from
 * the head of the parts, never from the folder.
 */
export function folderName(name: string): string {
  if (isPlain(name)) return name;
  // utf16le keeps lone surrogates apart, which UTF-8 turns into one replacement character
  const digest = createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 16);
  const readable = [...name.normalize('NFC').replace(/[^\p{L}\p{N}_+#-]+/gu, '-')].slice(0, 20).join('');
  return `${readable}~${digest}`;
}
