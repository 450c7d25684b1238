// sharp's part of the comparison. node sharp.mjs <corpus|bake|references|decode> <from> <to> [options as JSON]
import fs from "node:fs";
import path from "node:path";
import sharp from "sharp";

const [, , part, from, to, options = "{}"] = process.argv;
const { widths = [320, 640, 1080], formats = ["webp", "jpeg"], quality = 80, jobs = 2, decode = "once" } = JSON.parse(options);
const endings = { webp: "webp", jpeg: "jpg", avif: "avif" };

const files = (folder, ending) =>
  fs.readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((name) => ending.test(name) && fs.statSync(name).isFile())
    .sort();
const stem = (file) => path.basename(file).split(".")[0];

async function inTurn(list, work) {
  const queue = [...list];
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next);
  }));
}

async function pixels(file) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: info });
}

const fitted = (source, width) => source.clone().resize(width, null, { withoutEnlargement: true });

const parts = {
  // Crops in Instagram's shapes from large photographs, half of them progressive, at the qualities it serves.
  async corpus() {
    const shapes = [[1080, 1350], [1080, 1080], [1440, 1800], [1080, 566], [1080, 1350], [1440, 1080]];
    let number = 0;
    for (const file of files(from, /\.jpe?g$/)) {
      const { width, height } = await sharp(file).metadata();
      for (const position of ["left", "right"]) {
        const [across, down] = shapes[number % shapes.length];
        // A photograph that would have to be enlarged is too soft to say anything.
        if (Math.max((across * 1.25) / width, down / height) > 1.25) continue;
        const name = `${String(number).padStart(3, "0")}-${across}.jpg`;
        await sharp(file)
          .resize(across, down, { fit: "cover", position })
          .jpeg({ quality: 82 + (number % 3) * 5, progressive: number % 2 === 0 })
          .toFile(path.join(to, name));
        number += 1;
      }
    }
    return { photographs: number };
  },

  async bake() {
    let bytes = 0;
    await inTurn(files(from, /\.jpg$/), async (file) => {
      // "once" is sharp at its best; "each" is how plugins drive it, one pipeline for every output.
      const source = decode === "once" ? await pixels(file) : sharp(file);
      await Promise.all(widths.flatMap((width) => formats.map(async (format) => {
        const made = await fitted(source, width)[format]({ quality }).toBuffer();
        bytes += made.length;
        if (to !== "-") fs.writeFileSync(path.join(to, `${stem(file)}.${width}.${endings[format]}`), made);
      })));
    });
    return { bytes };
  },

  async references() {
    await inTurn(files(from, /\.jpg$/), async (file) => {
      const source = await pixels(file);
      for (const width of widths) {
        await fitted(source, width).png({ compressionLevel: 1 }).toFile(path.join(to, `${stem(file)}.${width}.png`));
      }
    });
    return {};
  },

  async decode() {
    await inTurn(files(from, /\.(webp|jpg|avif)$/), (file) =>
      sharp(file).png({ compressionLevel: 1 }).toFile(path.join(to, `${path.basename(file)}.png`)));
    return {};
  },
};

const result = await parts[part]();
console.log(JSON.stringify({ ...result, versions: sharp.versions }));
