// What pages can do beyond reading: copy an id, and slide between before and after. Everything is there without it.
"use strict";

// Copying: buttons are hidden until a script can serve them.
function showCopyButtons(root) {
  for (const button of root.querySelectorAll("button.copy[hidden]")) {
    button.hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const said = button.textContent;
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.textContent = "✓";
    setTimeout(() => { button.textContent = said; }, 1500);
  });
});

// Before and after: the bars are drawn for both; the slider shows what lies between.
function slide(input) {
  const share = Number(input.value) / Number(input.max);
  const drawing = document.getElementById(input.getAttribute("aria-controls"));
  for (const bar of drawing.querySelectorAll("[data-before]")) {
    const before = Number(bar.dataset.before);
    const width = before + (Number(bar.dataset.after) - before) * share;
    bar.setAttribute("width", `${width.toFixed(2)}%`);
  }
}

function prepare(root) {
  if (navigator.clipboard) showCopyButtons(root);
  for (const input of root.querySelectorAll("input.slider")) {
    input.closest("[hidden]")?.removeAttribute("hidden");
    input.addEventListener("input", () => slide(input));
    slide(input);
  }
}

document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:afterSwap", (event) => prepare(event.target.closest("table, section") || document));
