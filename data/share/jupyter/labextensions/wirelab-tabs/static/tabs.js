// A lesson, its exercises and their solutions have the same file name. So the tab of each says first what it is, as in
// "Exercise 12-web-server.ipynb". The title stays as it is: JupyterLab renames a file whose tab gets another title.
// A prebuilt extension, in one file: a container of module federation with one module, which is one plugin.
// https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html#prebuilt-extensions
"use strict";

(() => {
  const NAME = "wirelab-tabs";
  const KINDS = {notebooks: "Lesson", exercises: "Exercise", solutions: "Solution"};
  const IN_COURSE = /(?:^|\/)(notebooks|exercises|solutions)\/\d\d-[^/]+\.ipynb$/;
  const STYLE = Object.values(KINDS).map(kind =>
    `.lm-TabBar-tab[data-wirelab="${kind}"] .lm-TabBar-tabLabel::before { content: "${kind} "; }`).join("\n");

  function mark(panel) {
    const kind = KINDS[IN_COURSE.exec(panel.context?.path ?? "")?.[1]];
    const {wirelab: before, ...rest} = panel.title.dataset;
    if (kind !== before) panel.title.dataset = kind ? {...rest, wirelab: kind} : rest;
  }

  function activate(app) {
    document.head.append(Object.assign(document.createElement("style"), {textContent: STYLE}));
    const known = new WeakSet();
    const look = () => {
      for (const panel of app.shell.widgets("main")) {
        mark(panel);
        if (known.has(panel)) continue;
        known.add(panel);
        panel.title.changed.connect(() => mark(panel)); // as when its file is renamed
      }
    };
    app.shell.layoutModified?.connect(look);
    app.restored.then(look);
  }

  const plugin = {id: `${NAME}:plugin`, autoStart: true, activate};
  (window._JUPYTERLAB ??= {})[NAME] = {
    init: () => {},
    get: async () => () => ({__esModule: true, default: plugin}),
  };
})();
