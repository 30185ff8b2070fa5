/**
 * RS08: texts that try to become a page. Each would run `__xss()`, open a dialog or ask for an address with the marker
 * if any field of any screen took it for more than text. After OWASP's filter evasion sheet and DOMPurify's cases.
 */

/** Stands in every address a payload would fetch. */
export const marker = 'xss-marker';

const m = `//127.0.0.1:9/${marker}`;

export const xssCorpus: readonly string[] = [
  `<script>__xss()</script>`, `<script src=${m}.js></script>`, `<SCRIPT>alert(1)</SCRIPT>`,
  `<scr<script>ipt>__xss()</scr</script>ipt>`,
  `"><script>alert(1)</script>`, `'><script>__xss()</script>`, `</textarea><script>__xss()</script>`,
  `</title><script>__xss()</script>`, `</style><script>__xss()</script>`, `--><script>__xss()</script>`,
  `<img src=${m} onerror=__xss()>`, `<img src=x onerror=alert(1)>`, `<img/src=${m}/onerror=__xss()>`,
  `<img src="x\`><script>__xss()</script>"\``, `<img srcset="${m} 1x" onload=__xss()>`,
  `<IMG """><SCRIPT>__xss()</SCRIPT>">`,
  `<img src=javascript:__xss()>`, `<img dynsrc="javascript:__xss()">`, `<svg onload=__xss()>`,
  `<svg/onload=alert(1)>`,
  `<svg><script>__xss()</script></svg>`, `<svg><animate onbegin=__xss() attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:__xss()"><text x=20 y=20>klik</text></a>`, `<svg><use href="${m}#x"></use></svg>`,
  `<svg><foreignObject><iframe srcdoc="<script>parent.__xss()</script>"></iframe></foreignObject></svg>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=__xss()>`,
  `<math href="javascript:__xss()">klik</math>`, `<iframe src=${m}></iframe>`,
  `<iframe srcdoc="<script>parent.__xss()</script>">`,
  `<iframe src="javascript:__xss()"></iframe>`, `<object data=${m}></object>`, `<object data="javascript:__xss()">`,
  `<embed src=${m}>`, `<link rel=stylesheet href=${m}.css>`, `<link rel=preload as=image href=${m}>`,
  `<style>@import '${m}.css';</style>`, `<style>*{background:url(${m})}</style>`,
  `<div style="background:url(${m})">x</div>`,
  `<div style="width:expression(__xss())">x</div>`, `<meta http-equiv=refresh content="0;url=${m}">`,
  `<base href="${m}/">`, `<body onload=__xss()>`, `<body background=${m}>`, `<input autofocus onfocus=__xss()>`,
  `<select autofocus onfocus=__xss()>`, `<textarea autofocus onfocus=alert(1)>`,
  `<details open ontoggle=__xss()>x</details>`,
  `<video src=${m} onerror=__xss()></video>`, `<video poster=${m}></video>`,
  `<audio src=${m} onerror=__xss()></audio>`,
  `<video><source onerror=__xss()></video>`, `<marquee onstart=__xss()>x</marquee>`,
  `<form action=${m}><button autofocus>x</form>`,
  `<isindex action="javascript:__xss()" type=image>`, `<a href="javascript:__xss()">klik</a>`,
  `<a href=" &#14;javascript:__xss()">klik</a>`,
  `<a href="jav&#x09;ascript:__xss()">klik</a>`, `<a href="data:text/html,<script>__xss()</script>">klik</a>`,
  `javascript:__xss()`, `JaVaScRiPt:alert(1)`, `data:text/html;base64,PHNjcmlwdD5fX3hzcygpPC9zY3JpcHQ+`,
  `vbscript:msgbox(1)`,
  `http://a@127.0.0.1:9/"onmouseover="__xss()`, `https://127.0.0.1:9/'onfocus='__xss()' autofocus='`,
  `<noscript><p title="</noscript><img src=x onerror=__xss()>">`, `<template><script>__xss()</script></template>`,
  `<x onclick=__xss() onpointerenter=__xss()>x</x>`, `<a id=__proto__ name=cookie>x</a>`,
  `{{constructor.constructor('__xss()')()}}`,
  `\${__xss()}`, `<%= __xss() %>`, `&lt;script&gt;__xss()&lt;/script&gt;`,
  `\u003cscript\u003e__xss()\u003c/script\u003e`,
  `%3Cscript%3E__xss()%3C/script%3E`, `<<SCRIPT>__xss();//<</SCRIPT>`,
  `<\u0000script>__xss()</script>`.replaceAll('\u0000', '\u2400'),
  `\u202e<img src=x onerror=__xss()>`, `<img src=x onerror\n=\n__xss()>`, `$t(__xss)`,
  `{{nama_nasabah}}<img src=x onerror=__xss()>`,
];
