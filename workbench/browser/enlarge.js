// Shows an enlarged copy of the image under the pointer, beside that image and inside the sheet.
//
// args: sheet (source of the sheet with all images), lens (source of the enlarged image), rows, columns, size (of the
// enlarged image; an image of the sheet is 1 wide).
// event: MouseMove, or MouseLeave, which hides it.
const image = sheet.data.image[0]
const column = Math.floor(cb_obj.x), row = Math.floor(cb_obj.y)
const outside = column < 0 || row < 0 || column >= columns || row >= rows
if (!image || outside || cb_obj.event_name === "mouseleave") {
    lens.data = {image: [], x: [], y: []}
    return
}
const [height, width] = image.shape
const [h, w] = [height / rows, width / columns]
const pixels = new Uint32Array(image.buffer, image.byteOffset, image.length)
const crop = new Uint32Array(h * w)
for (let y = 0; y < h; y++) {
    const start = (row * h + y) * width + column * w
    crop.set(pixels.subarray(start, start + w), y * w)
}
const part = new image.constructor(crop.buffer, [h, w])
const x = column + 1.15 + size > columns ? column - 0.15 - size : column + 1.15
const y = Math.min(Math.max(row + 0.5 - size / 2, 0), Math.max(rows - size, 0))
lens.data = {image: [part], x: [Math.max(x, 0)], y: [y]}
