//! A changed procedure for the what-if: the request SOP with other times.

/// The changes: what stands in version 1.0, and what in 1.1.
const CHANGES: [(&str, &str); 7] = [
    ("version = \"1.0\"", "version = \"1.1\""),
    (
        "[acknowledge: 1 business hour]",
        "[acknowledge: 2 business hours]",
    ),
    ("[urgent time: 4 hours]", "[urgent time: 3 hours]"),
    ("[high time: 8 hours]", "[high time: 6 hours]"),
    (
        "[closing notice: 1 business day]",
        "[closing notice: 4 business hours]",
    ),
    ("[silence: 2 business days]", "[silence: 1 business day]"),
    ("[closing: 5 business days]", "[closing: 3 business days]"),
];

/// What the changed document says of the duties that run when it takes effect.
const TRANSITIONS: &str = r"
## 8 From one version to the next

Whoever was promised a time keeps it, unless the new one is kinder to us both: the longer time to acknowledge counts
at once, and a running resolution keeps the later of its two deadlines.

```sop keep-acknowledgements
From version 1.1, running duties under `acknowledge` take the new one.
```

```sop keep-resolutions
From version 1.1, running duties under `resolve` take the later one.
```
";

/// The SR document as it might be changed: an acknowledgement may take two working hours and no longer one, urgent and
/// high requests are resolved sooner, news comes more often. Version 1.1, with what happens to running duties. Of a
/// text that is not the SR document of version 1.0 only what is found is changed.
pub fn changed_sr(text: &str) -> String {
    let mut changed = text.to_owned();
    for (old, new) in CHANGES {
        changed = changed.replacen(old, new, 1);
    }
    if !changed.ends_with('\n') {
        changed.push('\n');
    }
    changed.push_str(TRANSITIONS);
    changed
}
