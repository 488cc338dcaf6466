/** What the screenshots need of two libraries that bring no types. */
declare module "gifenc" {
  interface Encoder {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette: number[][]; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  const gifenc: {
    GIFEncoder(): Encoder;
    quantize(rgba: Uint8Array, colours: number): number[][];
    applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
  };
  export default gifenc;
}

declare module "pngjs" {
  export const PNG: { sync: { read(png: Uint8Array): { data: Uint8Array; width: number; height: number } } };
}
