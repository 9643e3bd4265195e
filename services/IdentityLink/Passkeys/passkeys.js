// The browser's side of passkeys (https://www.w3.org/TR/webauthn-3/). A form with data-passkey asks there for options, lets
// the authenticator answer them, and goes its way as a plain form with the answer in it. Where anything is missing it goes
// without an answer, and the page that comes back says why; so does the form of a browser that runs no script at all.
(() => {
  'use strict';
  const known = window.PublicKeyCredential;
  if (!known?.parseCreationOptionsFromJSON || !known.parseRequestOptionsFromJSON) return;

  const ask = async (form) => {
    const answer = await fetch(form.dataset.passkey, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    return answer.ok ? answer.json() : null;
  };

  const answer = async ({ publicKey }) =>
    publicKey.user
      ? navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(publicKey) })
      : navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(publicKey) });

  const perform = async (form) => {
    const begun = await ask(form).catch(() => null);
    // The page that answers the form says what was wrong.
    if (!begun) return form.submit();
    const credential = JSON.stringify(await answer(begun));
    form.addEventListener('formdata', ({ formData }) => {
      formData.set('ceremony', begun.ceremony);
      formData.set('credential', credential);
    }, { once: true });
    form.submit();
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const status = form.querySelector('[role=status]');
    let busy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      status.textContent = '';
      try {
        await perform(form);
      } catch (failure) {
        // A person who says no, one who takes too long and one without a passkey look the same, on purpose (section 14.5).
        status.textContent = failure.name === 'InvalidStateError' ? status.dataset.known : status.dataset.undone;
      } finally {
        busy = false;
      }
    });
  }
})();
