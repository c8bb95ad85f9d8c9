// Boxes of whole pixels: what is shown anew when seats change, and how that is packed. Pure.

/** The right and bottom edges are not part of it. */
export interface PixelBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const SHELF_WIDTH = 1_024;

/** Places next to each other in rows, so that no two boxes lie on each other. */
export function shelve(boxes: PixelBox[]) {
  const size = { width: 1, height: 1 };
  let [x, y, tallest] = [0, 0, 0];
  const places = boxes.map(({ left, top, right, bottom }) => {
    if (x > 0 && x + right - left > SHELF_WIDTH) [x, y, tallest] = [0, y + tallest, 0];
    const place = { x, y };
    x += right - left;
    tallest = Math.max(tallest, bottom - top);
    size.width = Math.max(size.width, x);
    size.height = Math.max(size.height, y + tallest);
    return place;
  });
  return { size, places };
}
