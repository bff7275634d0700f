/// The script of the HTML report: zooming of the timeline, hints under the pointer, light and dark.
///
/// Every number is in the page without it.
enum ReportScript {
    static let text = #"""
        (function () {
          "use strict";
          var root = document.documentElement;
          function byId(id) { return document.getElementById(id); }
          function scaled(value, digits) { return Number(value.toPrecision(digits)).toString(); }
          function time(ns) {
            var size = Math.abs(ns);
            if (size === 0) { return "0"; }
            if (size >= 1e9) { return scaled(ns / 1e9, 4) + "\u202fs"; }
            if (size >= 1e6) { return scaled(ns / 1e6, 4) + "\u202fms"; }
            if (size >= 1e3) { return scaled(ns / 1e3, 4) + "\u202f\u00b5s"; }
            return Math.round(ns) + "\u202fns";
          }
          /// An instant with the decimals that tell it from those a step away.
          function instant(ns, step) {
            if (ns === 0) { return "0"; }
            var units = [[1e9, "s"], [1e6, "ms"], [1e3, "\u00b5s"], [1, "ns"]];
            var unit = units.filter(function (u) { return ns >= u[0]; })[0] || units[3];
            var digits = Math.ceil(Math.log10(unit[0] / step) - 1e-9);
            return (ns / unit[0]).toFixed(Math.min(9, Math.max(0, digits))) + "\u202f" + unit[1];
          }
          function grouped(count) {
            return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
          }

          // Light and dark.
          var theme = byId("theme");
          theme.hidden = false;
          theme.addEventListener("click", function () {
            var dark = root.dataset.theme === "dark" || (!root.dataset.theme
              && window.matchMedia("(prefers-color-scheme: dark)").matches);
            root.dataset.theme = dark ? "light" : "dark";
          });

          // The hint under the pointer.
          var tip = byId("tip");
          function hint(event, text) {
            if (!text) { tip.hidden = true; return; }
            tip.textContent = text;
            tip.hidden = false;
            var box = tip.getBoundingClientRect();
            var x = Math.min(event.clientX + 14, window.innerWidth - box.width - 8);
            var y = event.clientY + 16;
            if (y + box.height > window.innerHeight) { y = event.clientY - box.height - 10; }
            tip.style.left = Math.max(4, x) + "px";
            tip.style.top = Math.max(4, y) + "px";
          }
          function place(svg, event) {
            var box = svg.getBoundingClientRect();
            var view = svg.viewBox.baseVal;
            return { x: (event.clientX - box.left) * view.width / box.width,
              y: (event.clientY - box.top) * view.height / box.height };
          }
          var data = JSON.parse(byId("pictures").textContent);

          // Heat maps.
          data.heat.forEach(function (map) {
            var svg = byId(map.id);
            var counts = new Map();
            map.cells.forEach(function (cell) { counts.set(cell[0] + " " + cell[1], cell[2]); });
            svg.addEventListener("mousemove", function (event) {
              var at = place(svg, event);
              var column = Math.floor((at.x - map.x) / map.w * map.columns);
              var row = map.low + Math.floor((map.y + map.h - at.y) / map.h * map.edges.length);
              var edge = row - map.low;
              if (column < 0 || column >= map.columns || edge < 0 || edge >= map.edges.length) {
                return hint(event, "");
              }
              var count = counts.get(column + " " + row) || 0;
              var from = data.beginNs + column * map.widthNs;
              hint(event, grouped(count) + " of " + time(map.edges[edge][0]) + " to "
                + time(map.edges[edge][1]) + "\n" + time(from) + " to "
                + time(Math.min(from + map.widthNs, data.endNs)) + " of the trace");
            });
            svg.addEventListener("mouseleave", function (event) { hint(event, ""); });
          });

          // The timeline.
          var box = byId("timeline");
          if (box && data.lanes.length) { timeline(box); }
          root.dataset.script = "ready";

          function timeline(box) {
            var svg = box.querySelector("svg");
            var axis = byId("timeline-axis");
            var shown = byId("timeline-view");
            var X = data.x, W = data.w;
            var whole = [data.beginNs, Math.max(data.endNs, data.beginNs + 1)];
            var view = whole.slice();
            var least = 100;
            byId("timeline-controls").hidden = false;

            /// Heights of a lane's bins in the view, joined so that they fit.
            function columns(lane) {
              var first = Math.max(0, Math.floor((view[0] - data.beginNs) / data.widthNs));
              var end = Math.ceil((view[1] - data.beginNs) / data.widthNs);
              var last = Math.min(lane.bins.length, end);
              var join = Math.max(1, Math.ceil((end - first) / (W / 2)));
              first -= first % join;
              var result = [];
              for (var bin = first; bin < last; bin += join) {
                var sum = 0;
                for (var k = bin; k < Math.min(bin + join, lane.bins.length); k++) {
                  sum += lane.bins[k];
                }
                result.push({ from: data.beginNs + bin * data.widthNs, sum: sum });
              }
              return { list: result, widthNs: join * data.widthNs };
            }
            function toX(ns) { return X + (ns - view[0]) / (view[1] - view[0]) * W; }
            function rect(from, to, y, h) {
              var a = Math.max(X, from), b = Math.min(X + W, Math.max(to, from + 0.6));
              return b <= a ? "" : "M" + a.toFixed(1) + " " + y.toFixed(1) + "H" + b.toFixed(1)
                + "v" + h.toFixed(1) + "H" + a.toFixed(1) + "z";
            }
            /// Whether single intervals can be told apart, and all of them are known.
            function isExact(lane, inView) {
              return lane.spans && lane.spans.length === lane.count && inView.length <= 600
                && view[1] - view[0] < whole[1] - whole[0];
            }
            /// What the height of a lane stands for: the most of all lanes with its scale.
            function peak(lane) {
              return data.lanes.reduce(function (most, peer) {
                if (peer.scale !== lane.scale) { return most; }
                var found = columns(peer);
                found.list.forEach(function (column) { most = Math.max(most, column.sum); });
                return lane.kind === "fail" ? most : Math.max(most, found.widthNs / 1000);
              }, 1);
            }
            function draw(lane) {
              var path = byId(lane.id), exact = byId(lane.id + "-x");
              var inView = (lane.spans || []).filter(function (span) {
                return span[0] < view[1] && span[0] + span[1] > view[0];
              });
              var d = "", dx = "", most = 1, alone = isExact(lane, inView), found = columns(lane);
              if (!alone) {
                most = peak(lane);
                found.list.forEach(function (column) {
                  if (column.sum === 0) { return; }
                  var h = Math.max(1.5, column.sum / most * lane.h);
                  d += rect(toX(column.from), toX(column.from + found.widthNs),
                    lane.y + lane.h - h, h);
                });
              }
              var perUnit = (view[1] - view[0]) / W;
              inView.forEach(function (span) {
                if (alone || (span[1] >= 3 * perUnit && view[1] - view[0] < whole[1] - whole[0])) {
                  dx += rect(toX(span[0]), toX(span[0] + span[1]), lane.y + 3, lane.h - 3);
                }
              });
              byId(lane.id + "-peak").textContent = alone ? "" : lane.kind === "fail"
                ? "most " + grouped(most) : scaled(most / found.widthNs * 100, 3) + "%";
              path.setAttribute("d", d);
              path.classList.toggle("faint", dx !== "" && !alone);
              if (exact) { exact.setAttribute("d", dx); }
            }
            function drawAxis() {
              var span = view[1] - view[0], step = Math.pow(10, Math.floor(Math.log10(span / 5)));
              [2, 5, 10].forEach(function (k) {
                var wide = Math.pow(10, Math.floor(Math.log10(span / 5))) * k;
                if (span / step > 11) { step = wide; }
              });
              while (axis.firstChild) { axis.removeChild(axis.firstChild); }
              for (var t = Math.ceil(view[0] / step) * step; t <= view[1]; t += step) {
                var x = toX(t);
                var line = document.createElementNS(svg.namespaceURI, "path");
                line.setAttribute("class", "grid");
                line.setAttribute("d", "M" + x.toFixed(1) + " " + data.top + "V" + data.bottom);
                var text = document.createElementNS(svg.namespaceURI, "text");
                text.setAttribute("x", x.toFixed(1));
                text.setAttribute("y", data.bottom + 16);
                text.setAttribute("text-anchor", x > X + W - 30 ? "end" : "middle");
                text.textContent = instant(t, step);
                axis.appendChild(line);
                axis.appendChild(text);
              }
            }
            function render() {
              data.lanes.forEach(draw);
              drawAxis();
              var step = Math.pow(10, Math.floor(Math.log10((view[1] - view[0]) / 100)));
              shown.textContent = instant(view[0], step) + " to " + instant(view[1], step) + " ("
                + time(view[1] - view[0]) + ")";
              root.dataset.view = Math.round(view[0]) + " " + Math.round(view[1]);
            }
            function set(from, to) {
              var span = Math.min(Math.max(to - from, least), whole[1] - whole[0]);
              from = Math.min(Math.max(from, whole[0]), whole[1] - span);
              view = [from, from + span];
              render();
            }
            function zoom(factor, at) {
              var middle = at === undefined ? (view[0] + view[1]) / 2 : at;
              set(middle - (middle - view[0]) * factor, middle + (view[1] - middle) * factor);
            }
            function pan(share) {
              var by = (view[1] - view[0]) * share;
              set(view[0] + by, view[1] + by);
            }
            var actions = {
              "in": function () { zoom(0.5); }, "out": function () { zoom(2); },
              "left": function () { pan(-0.25); }, "right": function () { pan(0.25); },
              "whole": function () { set(whole[0], whole[1]); }
            };
            var keys = { "+": "in", "=": "in", "-": "out", "_": "out", "ArrowLeft": "left",
              "ArrowRight": "right", "Home": "whole", "0": "whole" };
            box.addEventListener("keydown", function (event) {
              var action = keys[event.key];
              if (!action || event.ctrlKey || event.metaKey || event.altKey) { return; }
              event.preventDefault();
              actions[action]();
            });
            box.querySelectorAll("button").forEach(function (button) {
              button.addEventListener("click", function () { actions[button.value](); });
            });
            svg.addEventListener("wheel", function (event) {
              // The page scrolls until the timeline has the focus.
              if (document.activeElement !== box && !event.ctrlKey) { return; }
              event.preventDefault();
              var x = place(svg, event).x;
              zoom(Math.pow(1.0015, Math.max(-400, Math.min(400, event.deltaY))),
                view[0] + (x - X) / W * (view[1] - view[0]));
            }, { passive: false });
            var drag = null;
            svg.addEventListener("pointerdown", function (event) {
              if (event.button !== 0) { return; }
              drag = { x: place(svg, event).x, view: view.slice() };
              svg.setPointerCapture(event.pointerId);
              box.classList.add("drag");
            });
            svg.addEventListener("pointermove", function (event) {
              var at = place(svg, event);
              if (!drag) { return tell(event, at); }
              var by = (drag.x - at.x) / W * (drag.view[1] - drag.view[0]);
              set(drag.view[0] + by, drag.view[1] + by);
            });
            function drop() { drag = null; box.classList.remove("drag"); }
            svg.addEventListener("pointerup", drop);
            svg.addEventListener("pointercancel", drop);
            svg.addEventListener("pointerleave", function (event) { hint(event, ""); });
            svg.addEventListener("dblclick", function (event) {
              zoom(0.25, view[0] + (place(svg, event).x - X) / W * (view[1] - view[0]));
            });
            function tell(event, at) {
              var lane = data.lanes.filter(function (l) {
                return at.y >= l.y - 2 && at.y < l.y + l.h + 2;
              })[0];
              if (!lane || at.x < X || at.x > X + W) { return hint(event, ""); }
              var ns = view[0] + (at.x - X) / W * (view[1] - view[0]);
              var near = (view[1] - view[0]) / W;
              var text = lane.title + "\nat " + instant(ns, near);
              var span = (lane.spans || []).filter(function (s) {
                return s[0] - near <= ns && s[0] + s[1] + near >= ns;
              }).sort(function (a, b) { return b[1] - a[1]; })[0];
              var bin = Math.min(lane.bins.length - 1,
                Math.floor((ns - data.beginNs) / data.widthNs));
              var value = lane.bins[bin] || 0;
              if (lane.kind === "fail") {
                text += "\n" + grouped(value) + " failures in " + time(data.widthNs);
              } else {
                text += "\n" + time(value) + " in " + time(data.widthNs);
              }
              if (span) {
                text += "\n" + (data.threads[span[2]] || "thread " + span[2]) + ": " + time(span[1])
                  + ", from " + time(span[0]);
              }
              hint(event, text);
            }
            // Chains of the table, with as much around them.
            document.querySelectorAll("button.show").forEach(function (button) {
              button.hidden = false;
              button.addEventListener("click", function () {
                var from = Number(button.dataset.from), to = Number(button.dataset.to);
                var around = Math.max((to - from) / 2, least);
                box.scrollIntoView({ block: "center" });
                box.focus({ preventScroll: true });
                set(from - around, to + around);
              });
            });
            render();
          }
        })();
        """#
}
