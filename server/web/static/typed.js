// What was typed into a form before its script came, or was kept by the browser when the screen was loaded again, is
// told to whatever follows the fields: htmx hears what is typed from now on only.
(() => {
  "use strict";
  const chosen = (list) => {
    const options = [...list.options];
    const given = options.some((option) => option.defaultSelected);
    return options.some((option, place) => option.selected !== (given || list.multiple ? option.defaultSelected : !place));
  };
  const changed = (field) => {
    if (field instanceof HTMLSelectElement) return chosen(field);
    return field.checked !== field.defaultChecked || field.value !== field.defaultValue;
  };
  const look = () => {
    for (const form of document.querySelectorAll("form[data-followed]")) {
      const field = [...form.elements].find((one) => one.matches("input, select, textarea") && changed(one));
      field?.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  document.addEventListener("DOMContentLoaded", look); // after htmx, whose script stands before this one
  window.addEventListener("pageshow", look); // by then the browser has put back what it kept
})();
