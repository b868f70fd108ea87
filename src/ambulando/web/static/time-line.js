// Draws the time line over its table. The table stays for everyone who reads rather than looks.
const holder = document.querySelector("[data-time-line]");

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function dayOf(seconds) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(seconds * 1e3));
}

function diamonds(u, series) {
  const { ctx } = u;
  const data = u.data[series];
  const size = 6 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = token("--sky");
  for (let i = 0; i < data.length; i++) {
    if (data[i] == null) continue;
    const x = u.valToPos(u.data[0][i], "x", true);
    const y = u.valToPos(data[i], "score", true);
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.closePath();
    ctx.fill();
  }
  ctx.restore();
  return null;
}

function draw({ days, mood, minutes, score }) {
  const axis = { stroke: token("--stone"), grid: { stroke: token("--line"), width: 1 }, ticks: { stroke: token("--line") }, font: "13px Atkinson Hyperlegible, sans-serif" };
  const most = Math.max(30, ...minutes.map((value) => value ?? 0));
  const options = {
    width: holder.clientWidth,
    height: 280,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "UTC"),
    padding: [12, 8, 0, 0],
    scales: {
      mood: { range: [0, 10] },
      // Bars keep to the lower third, so that they never hide a dot.
      minutes: { range: [0, most * 3] },
      score: { range: [0, 27] },
    },
    axes: [{ ...axis, values: (_u, splits) => splits.map((at) => dayOf(at)), space: 60 }, { ...axis, scale: "mood", size: 34 }, { ...axis, scale: "score", side: 1, size: 34, grid: { show: false } }],
    series: [
      { label: holder.dataset.day, value: (_u, at) => (at == null ? "–" : dayOf(at)) },
      { label: holder.dataset.minutes, scale: "minutes", fill: token("--hill-near"), stroke: token("--edge"), width: 1, paths: uPlot.paths.bars({ size: [0.8, 14] }), points: { show: false } },
      { label: holder.dataset.mood, scale: "mood", stroke: token("--moss"), width: 1, spanGaps: true, points: { show: true, size: 7, fill: token("--moss"), stroke: token("--paper") } },
      { label: holder.dataset.score, scale: "score", stroke: token("--sky"), paths: diamonds, points: { show: false } },
    ],
    legend: { live: true },
  };
  holder.replaceChildren();
  const chart = new uPlot(options, [days, minutes, mood, score], holder);
  return chart;
}

if (holder && window.uPlot) {
  fetch(holder.dataset.timeLine, { headers: { Accept: "application/json" } })
    .then((answer) => answer.json())
    .then((columns) => {
      if (!columns.days.length) return;
      holder.closest("figure").hidden = false;
      let chart = draw(columns);
      const again = () => { chart.destroy(); chart = draw(columns); };
      window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
      let width = holder.clientWidth;
      new ResizeObserver(() => {
        if (holder.clientWidth !== width) { width = holder.clientWidth; chart.setSize({ width, height: 280 }); }
      }).observe(holder);
    });
}
