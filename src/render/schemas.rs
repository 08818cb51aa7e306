//! The JSON Schemas of the reports.

/// The schema of each report, by the name in the `schema` field of the report.
pub const REPORTS: [(&str, &str); 9] = [
    ("check", include_str!("../../schemas/check.schema.json")),
    ("resolve", include_str!("../../schemas/resolve.schema.json")),
    ("list", include_str!("../../schemas/list.schema.json")),
    ("get", include_str!("../../schemas/get.schema.json")),
    ("log", include_str!("../../schemas/log.schema.json")),
    ("diff", include_str!("../../schemas/diff.schema.json")),
    ("explain", include_str!("../../schemas/explain.schema.json")),
    ("search", include_str!("../../schemas/search.schema.json")),
    ("export", include_str!("../../schemas/export.schema.json")),
];
