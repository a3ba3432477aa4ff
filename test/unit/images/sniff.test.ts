import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sniff } from '../../../src/images';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const baseMedia = (...brands: string[]) => {
  const [major = '', ...compatible] = brands;
  const box = latin1(`\0\0\0\0ftyp${major}\0\0\0\0${compatible.join('')}`);
  box.writeUInt32BE(box.length);
  return Buffer.concat([box, latin1('\0\0\0\x08mdat')]);
};

describe('sniff', () => {
  const cases: [string, Buffer, string][] = [
    ['a JPEG', latin1('\xff\xd8\xff\xe0'), 'jpeg'],
    ['a PNG', latin1('\x89PNG\r\n\x1a\n'), 'png'],
    ['a GIF', latin1('GIF89a'), 'gif'],
    ['a WebP', latin1('RIFF\x10\0\0\0WEBPVP8 '), 'webp'],
    ['a BMP', latin1('BM0000000000000\0\0\0').fill(40, 14, 15), 'bmp'],
    ['a TIFF', latin1('II*\0'), 'tiff'],
    ['a TIFF of the other byte order', latin1('MM\0*'), 'tiff'],
    ['a BigTIFF', latin1('MM\0+'), 'tiff'],
    ['an AVIF', baseMedia('avif', 'mif1', 'miaf'), 'avif'],
    ['an AVIF that calls itself mif1', baseMedia('mif1', 'avif'), 'avif'],
    ['a HEIC', baseMedia('heic', 'mif1'), '!HEIC'],
    ['a HEIC that also says avif', baseMedia('heic', 'avif'), '!HEIC'],
    ['a HEIF that calls itself mif1', baseMedia('mif1', 'heic'), '!HEIC'],
    ['a HEIC whose box is too long', latin1('\xff\xff\xff\xffftypheic'), '!HEIC'],
    ['a video', baseMedia('isom', 'mp42'), '!MP4 or QuickTime video'],
    ['an SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg">'), '!SVG'],
    ['an SVG behind spaces and a comment', latin1('\n  <!-- a <b> --> <svg>'), '!SVG'],
    ['an SVG behind an XML declaration', latin1('\xef\xbb\xbf<?xml version="1.0"?>'), '!SVG'],
    ['an icon', latin1('\0\0\x01\0\x01\0'), '!ICO'],
    ['a Photoshop file', latin1('8BPS\0\x01'), '!Photoshop'],
    ['a JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n'), '!JPEG 2000'],
    ['a JPEG XL', latin1('\xff\x0a'), '!JPEG XL'],
    ['a PDF', latin1('%PDF-1.7'), '!PDF'],
    ['a Canon raw file', latin1('II*\0\x10\0\0\0CR\x02\0'), '!Canon raw'],
    ['a PNM', latin1('P6\n1 1\n255\n'), '!PNM'],
    ['text that begins with BM', latin1('BMW and other cars'), '?'],
    ['a web page', latin1('<!DOCTYPE html><html>'), '?'],
    ['nothing', Buffer.alloc(0), '?'],
  ];
  for (const [name, head, expected] of cases) {
    it(`knows ${name} by its first bytes`, () => {
      const is = sniff(head);
      assert.equal(
        is.kind === 'supported' ? is.format : is.kind === 'unsupported' ? `!${is.name}` : '?',
        expected,
      );
    });
  }

  it('answers for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (head) => sniff(head).kind !== undefined));
  });
});
