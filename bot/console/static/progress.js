// Shows how far a build is without loading the page anew; the link beside it does the same without this script.
const bar = document.querySelector("[data-progress]");

async function look() {
  const reply = await fetch(bar.dataset.progress);
  const build = reply.ok ? await reply.json() : {};
  if (String(build.build) !== bar.dataset.build) {
    location.reload();
    return;
  }
  bar.querySelector("progress").value = build.done;
  bar.querySelector("[data-progress-step]").textContent = build.step;
  setTimeout(look, 2000);
}

if (bar) {
  setTimeout(look, 2000);
}
