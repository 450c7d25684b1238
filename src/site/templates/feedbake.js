// For the box of a tile: Escape closes it, arrow keys turn the page, the back button leaves it, the page is where it
// was, and videos stop. Nothing needs this file. Written once by feedbake, yours from then on.
(() => {
  const open = () => document.querySelector(".feedbake-box:target");
  const isOther = (event) => event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  addEventListener("keydown", (event) => {
    const box = open();
    if (!box || isOther(event)) return;
    const arrows = ["ArrowLeft", "ArrowRight"];
    if (box.matches(":dir(rtl)")) arrows.reverse();
    const step = { Escape: "close", [arrows[0]]: "previous", [arrows[1]]: "next" }[event.key];
    // Albums and videos have arrows of their own.
    if (!step || (step !== "close" && event.target.closest(".feedbake-strip[tabindex], video"))) return;
    event.preventDefault();
    // The focus, perhaps on an album's dot, must not vanish.
    box.focus({ preventScroll: true });
    box.querySelector(`.feedbake-${step}`)?.click();
  });
  addEventListener("hashchange", () => document.querySelectorAll(".feedbake-box:not(:target) video").forEach((film) => film.pause()));
  let seen;
  addEventListener("click", (event) => {
    // With the box the page's bar goes, and what it shows may move.
    if (event.target.closest?.(".feedbake-link")) seen = { left: scrollX, top: scrollY, behavior: "instant" };
    const link = event.target.closest?.(".feedbake-box > a");
    if (!link || isOther(event)) return;
    event.preventDefault();
    // So that the way back leads out of the box.
    location.replace(link.hash);
    if (open()) return;
    // Once the browser has gone to the tile.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (seen) scrollTo(seen);
      const tile = document.activeElement;
      const { top, bottom } = tile.getBoundingClientRect();
      if (bottom < 0 || top > innerHeight) tile.scrollIntoView({ behavior: "instant" });
    }));
  });
})();
