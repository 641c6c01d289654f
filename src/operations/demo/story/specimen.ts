import { crc32, deflateSync } from 'node:zlib';

// Pictures of documents that nobody has: plain forms with a word across them, made when they are needed.

const [width, height] = [640, 404];
/** Paper, ink, head, photograph, line. */
const palette = [0xf3eee2, 0x8b8674, 0x26495f, 0xcfc7b3, 0xf7f4ea] as const;
const [paper, ink, head, photograph, light] = [0, 1, 2, 3, 4] as const;

/** Letters of five by seven dots: one hexadecimal pair for each row. */
const letters: Readonly<Record<string, string>> = {
  ' ': '00000000000000',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1e11111111111e',
  E: '1f10101e10101f',
  I: '0e04040404040e',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11191513111111',
  P: '1e11111e101010',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  Y: '11110a04040404',
  F: '1f10101e101010',
  O: '0e11111111110e',
  A: '0e11111f111111',
};

/** A picture of a document as base64 of a PNG. */
export function specimen(title: string, kind: 'card' | 'letter'): string {
  const dots = Buffer.alloc(width * height, paper);
  const fill = (x: number, y: number, w: number, h: number, colour: number) => {
    for (let row = y; row < y + h; row += 1)
      dots.fill(colour, row * width + x, row * width + Math.min(x + w, width));
  };
  const write = (text: string, x: number, y: number, size: number, colour: number) => {
    [...text].forEach((letter, place) => {
      const rows = letters[letter];
      if (!rows) throw new Error(`The specimen has no letter ${letter}.`);
      for (let row = 0; row < 7; row += 1) {
        const bits = Number.parseInt(rows.slice(row * 2, row * 2 + 2), 16);
        for (let column = 0; column < 5; column += 1)
          if (bits & (16 >> column))
            fill(x + (place * 6 + column) * size, y + row * size, size, size, colour);
      }
    });
  };
  fill(0, 0, width, 64, head);
  write(title, 26, 22, 3, light);
  const left = kind === 'card' ? 230 : 26;
  if (kind === 'card') fill(26, 96, 160, 204, photograph);
  [300, 220, 260, 180].forEach((length, place) => {
    fill(left, 108 + place * 44, length, 12, ink);
  });
  write('SPECIMEN', 26, 336, 6, photograph);
  return png(dots).toString('base64');
}

function png(dots: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const rows = Array.from({ length: height }, (_, row) =>
    Buffer.concat([Buffer.of(0), dots.subarray(row * width, (row + 1) * width)]),
  );
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'ascii'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
