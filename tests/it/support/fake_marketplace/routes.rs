//! The routes of the API: the status and the body that the Marketplace would return.

use serde_json::{Value, json};

use super::State;
use super::catalog::{Local, image_id, row, version_id};

/// Returns the status and the body for a path with its query.
pub(super) fn route(state: &State, path: &str, query: &str) -> (u16, Value) {
    let locals = &state.locals;
    let parameter = |wanted: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let Some(path) = path.strip_prefix("/marketplace/v2") else {
        return (404, json!({"message": "no such route", "type": "unknown_resource"}));
    };
    let page = |key: &str, rows: Vec<Value>| {
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<usize>().ok());
        let (size, number) = (number("page_size").unwrap_or(20), number("page").unwrap_or(1));
        let total = rows.len();
        let rows: Vec<Value> = rows.into_iter().skip((number - 1) * size).take(size).collect();
        (200, json!({key: rows, "total_count": total}))
    };
    if path == "/images" {
        let mut labels: Vec<&str> = locals.iter().map(|local| local.label).collect();
        labels.sort_unstable();
        labels.dedup();
        return page("images", labels.into_iter().map(|label| image(label, state)).collect());
    }
    if path == "/local-images" {
        let label = parameter("image_label");
        let id = parameter("image_id");
        let version = parameter("version_id");
        let of_version =
            |local: &Local| local.published.is_some_and(|date| version == Some(version_id(local.label, date).as_str()));
        let current = |local: &Local| {
            !local.superseded && (label == Some(local.label) || id == Some(image_id(local.label).as_str()))
        };
        let mut rows: Vec<&Local> = locals.iter().filter(|local| current(local) || of_version(local)).collect();
        if rows.is_empty() {
            return not_found("MarketplaceImage", label.or(id).unwrap_or_default());
        }
        let is = |name: &str, value: Option<&str>| parameter(name).is_none_or(|wanted| value == Some(wanted));
        rows.retain(|local| {
            is("zone", Some(local.zone)) && is("arch", Some(local.arch)) && is("type", local.image_type)
        });
        return page("local_images", rows.into_iter().map(row).collect());
    }
    if path == "/versions" {
        let of_image = |local: &&Local| parameter("image_id") == Some(image_id(local.label).as_str());
        let mut versions: Vec<(&str, &str)> =
            locals.iter().filter(of_image).filter_map(|local| Some((local.published?, local.label))).collect();
        versions.sort_unstable();
        versions.dedup();
        let row =
            |(published, label): (&str, &str)| json!({"id": version_id(label, published), "published_at": published});
        return page("versions", versions.into_iter().map(row).collect());
    }
    if let Some(id) = path.strip_prefix("/local-images/") {
        return match locals.iter().find(|local| local.id == id && !local.superseded) {
            Some(local) => (200, row(local)),
            None => not_found("MarketplaceLocalImage", id),
        };
    }
    (404, json!({"message": "no such route", "type": "unknown_resource"}))
}

fn image(label: &str, state: &State) -> Value {
    let (name, valid_until) = state.details.get(label).copied().unwrap_or_default();
    json!({
        "id": image_id(label), "label": label, "name": name.map_or_else(|| label.replace('_', " "), str::to_owned), "description": "", "logo": "",
        "categories": ["distribution"], "valid_until": valid_until,
        "created_at": "2024-04-24T10:00:00Z", "updated_at": "2026-10-01T10:00:00Z",
    })
}

fn not_found(resource: &str, id: &str) -> (u16, Value) {
    (404, json!({"message": "resource is not found", "resource": resource, "resource_id": id, "type": "not_found"}))
}
