export const config = { pathPrefix: "/photos/" };

export default function (eleventyConfig) {
  // The pictures and the stylesheet that feedbake brings along.
  eleventyConfig.addPassthroughCopy("feedbake");
}
