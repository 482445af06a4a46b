// How the inventory's page looks: on a phone, on a screen in light or dark, and on paper.
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--dim:#5b6675;--line:#dfe3e9;
--good:#1a7f4b;--fair:#9a6700;--bad:#c0362c;--good-bg:#dcf3e6;--fair-bg:#fbeecb;--bad-bg:#fbe0dd;--chip:#edf0f4}
@media (prefers-color-scheme:dark){:root{--bg:#11151b;--card:#1a2029;--ink:#e7ebf0;--dim:#9aa5b4;--line:#2e3743;
--good:#5fd39a;--fair:#e5b94e;--bad:#ff8f85;--good-bg:#123524;--fair-bg:#3a2e0c;--bad-bg:#43201d;--chip:#27303b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:26px;margin:8px 0 4px}
h2{font-size:19px;margin:36px 0 8px}
h3{font-size:17px;margin:0;overflow-wrap:anywhere}
p{margin:4px 0}
.dim{color:var(--dim)}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px;margin:12px 0}
.top{display:flex;gap:16px;justify-content:space-between;align-items:flex-start}
.grades{display:flex;gap:8px;flex:none;text-align:center}
.grade b{display:block;width:40px;font-size:20px;line-height:36px;border-radius:8px;margin:0 auto}
.grade small{color:var(--dim);font-size:11px;white-space:nowrap}
.A,.B,.low,.stopped{color:var(--good);background:var(--good-bg)}
.C,.medium,.asks,.depends{color:var(--fair);background:var(--fair-bg)}
.D,.F,.high,.critical,.open,.problem{color:var(--bad);background:var(--bad-bg)}
.grade b.none{color:var(--dim);background:var(--chip)}
.chip{display:inline-block;border-radius:6px;padding:0 7px;margin:1px 2px 1px 0;font-size:13px;white-space:nowrap}
.plain{background:var(--chip)}
.problem{border-radius:8px;padding:8px 12px;margin:8px 0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin-top:12px}
th{text-align:left;font-size:12px;font-weight:600;color:var(--dim);padding:6px 8px;border-bottom:1px solid var(--line)}
td{padding:7px 8px;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td small{color:var(--dim);display:block}
td.tool{min-width:236px;max-width:340px}
summary{cursor:pointer}
details p{color:var(--dim);font-size:13px;overflow-wrap:anywhere}
.marks{font-size:13px;margin-top:12px}
@media (max-width:720px){
.top{flex-direction:column}
thead{display:none}
table,tbody,tr,td{display:block;width:100%}
tr{border-bottom:1px solid var(--line);padding:8px 0}
tr:last-child{border-bottom:0}
td,td.tool{border:0;padding:2px 0;min-width:0;max-width:none}
td[data-label]::before{content:attr(data-label) " ";color:var(--dim);font-size:12px}
td:empty{display:none}
}
@media print{
:root{--bg:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb}
body{font-size:11px}code,.chip,th{font-size:10px}main{max-width:none;padding:0}
.card{border-radius:0;padding:8px 0;border-width:1px 0 0}
tr,.top{break-inside:avoid}h2,h3{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;
