// Sends a backup in parts: the server takes no body of more than 1 MiB. Without this the command restores.
"use strict";

const form = document.querySelector("form[data-parts]");
const size = Number(form.dataset.size);
const said = form.querySelector("[role=status]");

async function send(file) {
  for (let offset = 0; offset === 0 || offset < file.size; offset += size) {
    const answer = await fetch(`${form.dataset.parts}?offset=${offset}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": form.elements.csrf.value },
      body: file.slice(offset, offset + size),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    said.textContent = `${Math.min(100, Math.round((100 * (offset + size)) / Math.max(1, file.size)))} %`;
  }
}

form.addEventListener("submit", async (event) => {
  const file = form.elements.backup.files[0];
  if (!file || form.dataset.sent) return;
  event.preventDefault();
  try {
    await send(file);
    form.dataset.sent = "yes";
    form.requestSubmit();
  } catch (error) {
    said.textContent = form.dataset.failed;
  }
});
form.hidden = false;
