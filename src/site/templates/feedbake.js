// Comfort for the box that a tile opens: Escape closes it, arrow keys turn the page, Tab stays inside, and the back button
// leaves it at once. Everything works without this file. Written once by feedbake, yours from then on.
(() => {
  const open = () => document.querySelector(".feedbake-box:target");
  const step = (box, name) => box.querySelector(`.feedbake-${name}`)?.click();
  addEventListener("keydown", (event) => {
    const box = open();
    if (!box || event.altKey || event.ctrlKey || event.metaKey) return;
    const leafs = event.target.closest(".feedbake-strip[tabindex], video");
    const back = getComputedStyle(box).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key === "Escape") step(box, "close");
    else if (event.key.startsWith("Arrow") && /Left|Right/.test(event.key) && !leafs) step(box, event.key === back ? "previous" : "next");
    else if (event.key === "Tab") {
      const stops = [...box.querySelectorAll("a[href], [tabindex='0'], video")].filter((stop) => stop.checkVisibility());
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (document.activeElement !== edge && !(event.shiftKey && document.activeElement === box)) return;
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    } else return;
    event.preventDefault();
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.(".feedbake-box > a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // In the place of the post before, so that the way back leads out of the box.
    location.replace(link.hash);
  });
})();
