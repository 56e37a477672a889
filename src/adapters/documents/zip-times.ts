const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
/** 1 January 1980, 00:00: the first moment that a zip file can tell, and the one that reproducible builds use. */
const FIRST_DATE = 0x0021;

/**
 * Takes from a zip file, in place, when it was made: the MS-DOS time and date of each entry (APPNOTE.TXT sections 4.3.7 and
 * 4.3.12). For files without comments and without zip64, as the document library writes them; anything else is a bug.
 */
export function withoutZipTimes(zip: Buffer): Buffer {
  const end = zip.length - 22;
  if (end < 0 || zip.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('not a zip file without a comment');
  const entries = zip.readUInt16LE(end + 10);
  let place = zip.readUInt32LE(end + 16);
  for (let entry = 0; entry < entries; entry++) {
    if (zip.readUInt32LE(place) !== CENTRAL_HEADER) throw new Error('the directory of the zip file is not whole');
    const local = zip.readUInt32LE(place + 42);
    if (zip.readUInt32LE(local) !== LOCAL_HEADER) throw new Error('an entry of the zip file is not where it should be');
    zip.writeUInt16LE(0, place + 12);
    zip.writeUInt16LE(FIRST_DATE, place + 14);
    zip.writeUInt16LE(0, local + 10);
    zip.writeUInt16LE(FIRST_DATE, local + 12);
    place += 46 + zip.readUInt16LE(place + 28) + zip.readUInt16LE(place + 30) + zip.readUInt16LE(place + 32);
  }
  return zip;
}
