/**
 * The script of the report's page: it reads the four controls and shows or hides; everything is drawn already. Without
 * it the page is whole, only without controls. Data only: one text, which the page's policy names by its digest.
 */
export const PAGE_SCRIPT = `
(() => {
  'use strict';
  const root = document.documentElement;
  const form = document.getElementById('controls');
  const status = document.getElementById('status');
  const parts = [...document.querySelectorAll('[data-scenario]')];
  const { scenario, peers, axis, theme } = form.elements;
  const apply = () => {
    root.dataset.axis = axis.value;
    root.dataset.peers = peers.checked ? 'on' : 'off';
    if (theme.value === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    for (const part of parts) {
      part.hidden = scenario.value !== '' && part.dataset.scenario !== scenario.value;
    }
    const what = scenario.value === '' ? 'All scenarios' : 'Scenario ' + scenario.value;
    const whom = peers.checked ? 'with peers' : 'without peers';
    status.textContent = what + ', ' + whom + ', ' + (axis.value === 'log' ? 'logarithmic' : 'linear') + ' axes.';
  };
  form.addEventListener('change', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
`;
