// The page for learners who opened the board's address: the code stands behind the #, so that no server logs it.

const CODE = /^[a-z0-9]{4,12}$/i;

function show() {
  const code = location.hash.slice(1);
  const isKnown = CODE.test(code);
  const isOfHub = location.pathname !== "/"; // there, a notebook knows where the board is
  const where = isOfHub ? "" : `, address="${location.host}"`;
  if (isKnown) document.getElementById("line").textContent = `join("${code}"${where})`;
  document.getElementById("copy").hidden = !isKnown || !navigator.clipboard; // there is none without https, but on this computer
}

document.getElementById("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(document.getElementById("lines").textContent);
  document.getElementById("copied").textContent = "Copied.";
});
addEventListener("hashchange", show);
show();
