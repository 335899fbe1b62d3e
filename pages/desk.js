// Keys for the list and the ways; all of it works without.
'use strict';
(() => {
    const links = [...document.querySelectorAll('.items a')];
    const at = () => {
        const focused = links.indexOf(document.activeElement);
        return focused >= 0 ? focused : links.findIndex((link) => link.ariaCurrent === 'true');
    };
    const walk = (step) => links[Math.min(Math.max(at() + step, 0), links.length - 1)]?.focus();
    const keys = {
        j: () => walk(1),
        k: () => walk(-1),
        '/': () => document.querySelector('.find input').focus(),
        a: () => document.querySelector('#answer')?.focus(),
        g: () => document.querySelector('header nav a').click(),
    };
    // Who writes for a long time is still there: the desk must not lock under their hands.
    let told = 0;
    document.addEventListener('input', () => {
        if (Date.now() - told > 60000) {
            told = Date.now();
            fetch('/awake').catch(() => {});
        }
    });
    // No page outlives the lock on the screen; what was typed and not sent does, or it would be lost.
    const unsent = () => [...document.querySelectorAll('textarea')].some((area) => area.value !== area.defaultValue);
    setInterval(async () => {
        const reply = await fetch('/still').catch(() => null);
        if (!reply?.ok && !unsent()) {
            location.replace('/');
        }
    }, 20000);
    document.addEventListener('keydown', (event) => {
        const typing = event.target.matches('input, textarea, select');
        if (typing && event.key === 'Escape') {
            event.target.blur();
        } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key]) {
            event.preventDefault();
            keys[event.key]();
        }
    });
})();
