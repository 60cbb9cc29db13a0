// What JupyterLab runs in the room's window: it goes where the instructor's page says, and tells what is passed.
// A prebuilt extension, in one file: a container of module federation with one module, which is one plugin.
"use strict";

(() => {
  const TOLD = "TOLD"; // {server, notebook, slides}, written here when the room is made
  const NAME = "wirelab-room";
  const STYLE = `
    .jp-Notebook { --jp-cell-prompt-width: calc(var(--jp-code-font-size) * 4.2); }
    .jp-RenderedHTMLCommon table { font-size: inherit; } /* JupyterLab gives tables the size of its menus */
    #wirelab-notes { position: fixed; z-index: 10000; right: 0; bottom: 0; width: min(46em, 60vw); height: 62vh;
      border: 3px solid #1565c0; background: white; }
    #wirelab-notes iframe { width: 100%; height: 100%; border: 0; display: block; }
  `;
  const HANDS = ["wheel", "keydown", "pointerdown", "touchstart"]; // somebody scrolls or chooses in this window
  let app, isBusy = false, before = -1, jumps = 0, last = 0;

  const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

  /** The lesson's panel, opened if it was closed, with a kernel that is ready. */
  async function lesson() {
    const found = [...app.shell.widgets("main")].find(one => one.context?.path === TOLD.notebook);
    const panel = found ?? await app.commands.execute("docmanager:open", {path: TOLD.notebook, factory: "Notebook"});
    await panel.context.ready;
    await panel.sessionContext.ready;
    app.shell.activateById(panel.id);
    return panel;
  }

  const indexOf = (notebook, cell) => notebook.widgets.findIndex(one => one.model.id === cell);

  async function show(notebook, cell) {
    const index = indexOf(notebook, cell);
    if (index < 0) return; // it was deleted in class
    notebook.mode = "command";
    notebook.activeCellIndex = index;
    notebook.node.focus();
    await pause(50); // JupyterLab scrolls by itself, to where the active cell is just in sight
    void hold(notebook.widgets[index].node);
  }

  /** Keep the cell at the top until somebody goes on: cells, diagrams and outputs above it may still come and grow. */
  async function hold(node) {
    const mine = ++jumps;
    while (mine === jumps) {
      node.scrollIntoView({block: "start"});
      await pause(200);
    }
  }

  const commands = {
    async go({cell}) {
      await show((await lesson()).content, cell);
    },
    async run({cell, fresh}) {
      const panel = await lesson();
      if (fresh) await panel.sessionContext.restartKernel();
      await panel.sessionContext.session.kernel.info; // told once it answers
      await show(panel.content, cell);
      if (indexOf(panel.content, cell) > 0) await app.commands.execute("notebook:run-all-above");
      await show(panel.content, cell);
      tell(cell);
    },
    async next() {
      jumps++;
      await lesson();
      await app.commands.execute("notebook:run-cell-and-select-next");
    },
  };

  const post = (name, body) => fetch(TOLD.server + name, {method: "POST", body, keepalive: true}).catch(() => {});
  const tell = cell => post("reached", cell);

  /** Tell which cell was passed: one of text that was left for the next one, or one that was chosen elsewhere. */
  function watch(panel) {
    const notebook = panel.content;
    before = notebook.activeCellIndex;
    notebook.activeCellChanged.connect(() => {
      const now = notebook.activeCellIndex, left = notebook.widgets[before];
      const isNext = now === before + 1;
      before = now;
      if (isBusy || !notebook.widgets[now]) return;
      if (!isNext) tell(notebook.widgets[now].model.id);
      else if (left?.model.type !== "code") tell(left.model.id);
    });
  }

  /** Take a command once: after a cut connection, the server may send it again. */
  function take(event) {
    const number = Number(event.lastEventId);
    if (number <= last) return;
    last = number;
    post("taken", String(number));
    void obey(JSON.parse(event.data));
  }

  async function obey(command) {
    isBusy = command.do !== "next"; // which moves on as Shift+Enter does, and passes the cell that it leaves
    try {
      await commands[command.do](command);
    } finally {
      isBusy = false;
    }
  }

  /** The notes over the page, for who has no second screen; again takes them away. */
  function toggleNotes() {
    const there = document.getElementById("wirelab-notes");
    if (there) return there.remove();
    const box = document.createElement("aside"), frame = document.createElement("iframe");
    box.id = "wirelab-notes";
    frame.title = "Notes for the instructor";
    frame.src = TOLD.server + "?over";
    box.append(frame);
    document.body.append(box);
  }

  function activate(started) {
    app = started;
    document.head.append(Object.assign(document.createElement("style"), {textContent: STYLE}));
    window.addEventListener("keydown", event => {
      if (!event.altKey || event.code !== "KeyN") return;
      event.preventDefault();
      toggleNotes();
    }, true);
    for (const hand of HANDS) window.addEventListener(hand, () => jumps++, {capture: true, passive: true});
    window.addEventListener("message", event => {
      const isOurs = event.origin === new URL(TOLD.server).origin;
      if (isOurs && event.data === "hide notes") document.getElementById("wirelab-notes")?.remove();
    });
    app.restored.then(async () => {
      app.shell.collapseLeft();
      for (const side of ["left", "right"]) {
        if (app.shell.isSideTabBarVisible(side)) app.shell.toggleSideTabBarVisibility(side);
      }
      watch(await lesson());
      if (TOLD.slides) await app.commands.execute("deck:start"); // jupyterlab-slideshow's
      // A browser connects again by itself, whenever the instructor's server is back, and says what it had last.
      new EventSource(TOLD.server + "commands").onmessage = take;
    });
  }

  const plugin = {id: `${NAME}:plugin`, autoStart: true, activate};
  (window._JUPYTERLAB ??= {})[NAME] = {
    init: () => {},
    get: async () => () => ({__esModule: true, default: plugin}),
  };
})();
