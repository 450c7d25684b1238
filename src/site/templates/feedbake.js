// Comfort for the box that a tile opens: Escape closes it, arrow keys turn the page, the back button leaves it at once, and
// the page is where it was. Everything works without this file. Written once by feedbake, yours from then on.
(() => {
  const open = () => document.querySelector(".feedbake-box:target");
  addEventListener("keydown", (event) => {
    const box = open();
    if (!box || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const back = getComputedStyle(box).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const step = { Escape: "close", [back]: "previous", [back === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"]: "next" }[event.key];
    // Albums and videos have arrows of their own.
    if (!step || (step !== "close" && event.target.closest(".feedbake-strip[tabindex], video"))) return;
    event.preventDefault();
    // What has the focus, such as a dot of an album, must not vanish with it.
    box.focus({ preventScroll: true });
    box.querySelector(`.feedbake-${step}`)?.click();
  });
  let seen;
  addEventListener("click", (event) => {
    // With the box, the bar of the page goes, and what it shows may move.
    if (event.target.closest?.(".feedbake-link")) seen = { left: scrollX, top: scrollY, behavior: "instant" };
    const link = event.target.closest?.(".feedbake-box > a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // In the place of the post before, so that the way back leads out of the box.
    location.replace(link.hash);
    if (open()) return;
    // The page is where it was, or where the tile is, once the browser has gone to that.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (seen) scrollTo(seen);
      const tile = document.activeElement.getBoundingClientRect();
      if (tile.bottom < 0 || tile.top > innerHeight) document.activeElement.scrollIntoView({ behavior: "instant" });
    }));
  });
})();
