/* Triage Map's drawing: finished data in, Leaflet layers out. Every text in the data is escaped already
   (geo/layers/base.py), so it may stand in HTML; nothing here builds text of its own except counts. */
window.TriageMap = (function () {
  "use strict";
  const INK = "#333333";
  const FIRM = 3; // labels of this priority or above give way to no marker
  const FRONT = 1e6;
  let drawn = 0;
  let legendFolded = false;

  /* ---- the map itself ---- */

  function prepare(map, options) {
    map.attributionControl.setPrefix(false);
    const land = map.createPane("land");
    land.style.zIndex = 250;
    land.style.pointerEvents = "none";
    const names = map.createPane("names"); // below the markers, above all shapes
    names.style.zIndex = 590;
    names.style.pointerEvents = "none";
    if (options.pick) map.getContainer().classList.add("tm-pick");
    rememberChoices(map);
    map.on("overlayadd layeradd", debounce(() => restack(map)));
    map.on("zoomend moveend layeradd layerremove resize", debounce(() => thinLabels(map)));
  }

  function debounce(work) {
    let asked = 0;
    return function () {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(work);
    };
  }

  /* A layer that was switched off stays off when its data are exchanged: names are kept, by their plain text. */
  function rememberChoices(map) {
    const hidden = new Set();
    map.getContainer().addEventListener(
      "click",
      (event) => {
        if (!event.target.matches || !event.target.matches(".leaflet-control-layers-selector")) return;
        const name = event.target.closest("label").textContent.trim();
        if (event.target.checked) hidden.delete(name);
        else hidden.add(name);
      },
      true
    );
    map.on("layeradd", (event) => {
      const name = event.layer.options && event.layer.options.layerName;
      if (name && hidden.has(plain(name).trim())) map.removeLayer(event.layer);
    });
  }

  /* Layers keep the order in which they were given, also when one is switched off and on again; boundaries, which hide
     nothing, lie above the areas that they frame. */
  function restack(map) {
    const groups = [];
    map.eachLayer((layer) => layer.triageOrder && groups.push(layer));
    groups.sort((one, other) => one.triageOrder - other.triageOrder).forEach((group) => group.bringToFront());
  }

  /* Of labels that would overlap, the more important one is kept; numbers find their place before the names above
     them. Numbers and district names step aside a little where something lies in their way. */
  function thinLabels(map) {
    const all = (look) => Array.from(map.getContainer().querySelectorAll(look));
    const kept = new Map(all(".tm-base").map((ring) => [ring, ring.getBoundingClientRect()]));
    const box = (label) => {
      const { left, right, top, bottom } = label.getBoundingClientRect();
      return { left: left + 1, right: right - 1, top: top + 1, bottom: bottom - 1 };
    };
    const fits = (label) => {
      const own = box(label);
      for (const [other, its] of kept) {
        if (other === label) continue;
        if (own.left < its.right && its.left < own.right && own.top < its.bottom && its.top < own.bottom) return false;
      }
      kept.set(label, own);
      return true;
    };
    const labels = all(".tm-label > span").sort((one, other) => other.dataset.priority - one.dataset.priority);
    const firm = labels.filter((label) => label.dataset.priority >= FIRM);
    for (const label of firm) label.style.visibility = fits(label) ? "visible" : "hidden";
    all(".tm-cluster, .tm-point").forEach((marker) => kept.set(marker, marker.getBoundingClientRect()));
    for (const label of labels.slice(firm.length)) {
      label.classList.add("tm-short");
      const step = ["0", "14px", "-14px", "26px", "-26px"].find((shift) => {
        label.style.marginTop = shift;
        return fits(label);
      });
      label.style.visibility = step === undefined ? "hidden" : "visible";
    }
    for (const label of labels) {
      if (!label.matches(".tm-number") || label.style.visibility === "hidden") continue;
      label.classList.remove("tm-short");
      if (!fits(label)) label.classList.add("tm-short");
    }
  }

  /* The text of escaped markup, read without running any of it. */
  function plain(markup) {
    return new DOMParser().parseFromString(markup, "text/html").body.textContent;
  }

  /* ---- pieces ---- */

  /* A canvas pattern stands where Leaflet expects a fill colour: its canvas renderer passes either on. */
  function pattern(kind, colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = pen.fillStyle = "#4d4d4d";
    if (kind === "hatch") {
      pen.lineWidth = 1.1;
      pen.beginPath();
      for (const shift of [-8, 0, 8]) {
        pen.moveTo(shift - 1, 9);
        pen.lineTo(shift + 9, -1);
      }
      pen.stroke();
    } else {
      pen.beginPath();
      pen.arc(4, 4, 1.1, 0, 2 * Math.PI);
      pen.fill();
    }
    return pen.createPattern(tile, "repeat");
  }

  function label(at, html, priority, look, pane) {
    const span = `<span class="${look}" data-priority="${priority}">${html}</span>`;
    const icon = L.divIcon({ className: "tm-label", html: span, iconSize: [0, 0] });
    const still = { interactive: false, keyboard: false, zIndexOffset: 100 * priority };
    return L.marker(at, Object.assign({ icon: icon, pane: pane || "names" }, still));
  }

  /* ---- the kinds of layer ---- */

  const kinds = {
    boundary(group, data) {
      if (data.land) {
        const land = { pane: "land", interactive: false, stroke: false, fillColor: data.fill, fillOpacity: 1 };
        L.geoJSON(data.land, Object.assign({ style: land }, land)).addTo(group);
      }
      const line = (weight, colour) => ({ interactive: false, fill: false, weight: weight, color: colour, opacity: 1 });
      if (data.districts) L.geoJSON(data.districts, line(1, "#888888")).addTo(group);
      L.geoJSON(data.outline, line(2, INK)).addTo(group);
      data.labels.forEach((one) => label(one.at, one.html, 1, "tm-district").addTo(group));
    },

    areas(group, data) {
      const patterns = {};
      const fill = (look) => {
        if (!look.pattern) return look.fill;
        const key = look.pattern + look.fill;
        return patterns[key] || (patterns[key] = pattern(look.pattern, look.fill));
      };
      const many = data.shapes.features.length > 60;
      const rest = { weight: many ? 0.4 : 1, color: many ? "#a6a6a6" : "#888888", opacity: 1 };
      L.geoJSON(data.shapes, {
        style: (one) => Object.assign({ fillColor: fill(one.properties), fillOpacity: 0.9 }, rest),
        onEachFeature: (one, shape) => {
          shape.bindTooltip(one.properties.html, { sticky: true, className: "tm-tip" });
          shape.on("mouseover", () => shape.setStyle({ weight: 2.5, color: INK }).bringToFront());
          shape.on("mouseout", () => shape.setStyle(rest) && shape._map && restack(shape._map));
        },
      }).addTo(group);
      data.labels.forEach((one) => label(one.at, one.html, 2, "tm-number").addTo(group));
    },

    lines(group, data) {
      data.lines.forEach((one) =>
        L.geoJSON(one.shapes, { interactive: false, weight: one.weight, color: one.colour, opacity: 1 }).addTo(group)
      );
    },

    isochrones(group, data) {
      data.bands.forEach((band) => {
        const style = { color: band.colour, weight: band.weight || 2, opacity: 1, fillColor: band.colour, fillOpacity: band.fill };
        L.geoJSON(band.shape, Object.assign({ interactive: false }, style)).addTo(group);
      });
      data.bands.forEach((band) =>
        label(band.at, `<b>${band.html}</b>`, 3, "tm-minutes").addTo(group)
      );
    },

    bases(group, data) {
      data.bases.forEach((base) => {
        const icon = L.divIcon({ className: "tm-base", html: data.ring, iconSize: [22, 22] });
        const drags = data.drag && { draggable: true, autoPan: true, title: data.hint };
        const still = { icon: icon, interactive: !!drags, keyboard: false, zIndexOffset: 1000 };
        const ring = L.marker(base.at, Object.assign(still, drags)).addTo(group);
        /* A base that was dragged answers as a click on the map would: the page knows no other way to be told. */
        if (drags) ring.on("dragend", () => ring._map.fire("click", { latlng: ring.getLatLng() }));
        label(base.at, base.html, 4, "tm-base-name", "markerPane").addTo(group);
      });
    },

    incidents(group, data) {
      const icons = data.icons.map((svg) => L.divIcon({ className: "tm-point", html: svg, iconSize: [14, 14] }));
      const cluster = L.markerClusterGroup({
        maxClusterRadius: 38,
        showCoverageOnHover: false,
        animate: false,
        spiderLegPolylineOptions: { weight: 1, color: INK, opacity: 0.5 },
        iconCreateFunction: (some) => {
          const count = some.getChildCount();
          const size = 19 + 6 * Math.min(3, Math.floor(Math.log10(count)));
          return L.divIcon({ className: "tm-cluster", html: `<b>${count}</b>`, iconSize: [size, size] });
        },
      });
      const markers = data.points.map(([latitude, longitude, icon, metres, html]) => {
        const marker = L.marker([latitude, longitude], { icon: icons[icon] });
        marker.triageHalo = { at: L.latLng(latitude, longitude), metres: metres };
        if (html) {
          marker.bindTooltip(html, { className: "tm-tip", direction: "top", offset: [0, -6] });
          marker.bindPopup(html, { className: "tm-tip", autoPan: false });
          marker.on("add", () => marker.getElement() && marker.getElement().setAttribute("aria-label", plain(html)));
        }
        return marker;
      });
      cluster.addLayers(markers);
      const halos = L.featureGroup();
      const show = debounce(() => drawHalos(cluster, markers, halos));
      group.on("add", (event) => {
        event.target._map.on("zoomend moveend", show);
        show();
      });
      group.on("remove", (event) => event.target._map && event.target._map.off("zoomend moveend", show));
      halos.addTo(group);
      cluster.addTo(group);
    },

    places(group, data) {
      const look = { weight: 1, color: "#ffffff", opacity: 0.9, fillColor: data.colour, fillOpacity: 0.75 };
      data.points.forEach(([latitude, longitude, radius, html]) => {
        const circle = L.circleMarker([latitude, longitude], Object.assign({ radius: radius }, look)).addTo(group);
        circle.bindTooltip(html, { className: "tm-tip", direction: "top" });
      });
    },

    legend(group, data) {
      const control = L.control({ position: "bottomright" });
      control.onAdd = () => {
        const box = L.DomUtil.create("div", "tm-legend");
        box.innerHTML = data.html;
        const whole = box.firstElementChild;
        whole.open = !legendFolded;
        whole.querySelector("summary").addEventListener("click", () => (legendFolded = whole.open));
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      };
      group.on("add", (event) => control.addTo(event.target._map));
      group.on("remove", () => control.remove());
    },
  };

  /* A halo for each place of which a single point, or a stack on one spot, is in sight; each place once. */
  function drawHalos(cluster, markers, halos) {
    halos.clearLayers();
    if (!cluster._map) return;
    const view = cluster._map.getBounds().pad(0.2);
    const seen = new Set();
    for (const marker of markers) {
      const { at, metres } = marker.triageHalo;
      const key = `${at.lat} ${at.lng} ${metres}`;
      if (!metres || seen.has(key) || !view.contains(at)) continue;
      const parent = cluster.getVisibleParent(marker);
      const spot = parent && parent.getBounds && parent.getBounds();
      if (!parent || (spot && !spot.getSouthWest().equals(spot.getNorthEast()))) continue;
      seen.add(key);
      const style = { weight: 1, color: INK, opacity: 0.45, fillColor: INK, fillOpacity: 0.07, dashArray: "3 3" };
      halos.addLayer(L.circle(at, Object.assign({ radius: metres, interactive: false }, style)));
    }
  }

  /* Streamlit's bridge keeps every group it ever drew: give it only those that are on the map. */
  function keepBooks(group) {
    group.on("add", () => {
      if (window.feature_group && !window.feature_group.includes(group)) window.feature_group.push(group);
    });
    group.on("remove", () => {
      if (window.feature_group) window.feature_group = window.feature_group.filter((one) => one !== group);
    });
  }

  function name(group, options) {
    L.Util.setOptions(group, options);
  }

  function draw(group, kind, data) {
    if (!group.triageOrder) {
      group.triageOrder = ++drawn + (kind === "boundary" ? FRONT : 0);
      keepBooks(group);
    }
    kinds[kind](group, data);
  }

  return { prepare: prepare, name: name, draw: draw };
})();
