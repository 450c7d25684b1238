// A built site on an address of this machine, as a host would serve it.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

const types = {
  ".avif": "image/avif", ".css": "text/css", ".html": "text/html; charset=utf-8", ".jpg": "image/jpeg", ".js": "text/javascript",
  ".json": "application/json", ".mp4": "video/mp4", ".svg": "image/svg+xml", ".webp": "image/webp", ".xml": "text/xml",
};

// `base` is its address without a slash at the end, `sent` what was asked for and how many bytes that was, packed.
export async function serve(folder) {
  const sent = new Map();
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    // Browsers ask for it by themselves.
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!file.startsWith(folder + sep) || !existsSync(file)) return response.writeHead(404).end();
    const type = types[extname(file)] ?? "application/octet-stream";
    let body = await readFile(file);
    if (/html|css|javascript|json|xml/.test(type)) {
      // The site was built for its real address; here it lives on another.
      body = gzipSync(body.toString().replaceAll("https://example.org/", "/").replaceAll('"https://example.org"', '"/"'));
      response.setHeader("Content-Encoding", "gzip");
    }
    sent.set(path, body.length);
    response.writeHead(200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { base: `http://127.0.0.1:${server.address().port}`, sent, close: () => server.close() };
}

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
