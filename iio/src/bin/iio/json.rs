use iio::{MetaValue, Metadata};
use serde_json::{Map, Value, json};

/// A tag's value. Bytes are told by their number: JSON has no type for them.
pub(crate) fn meta_value(value: &MetaValue) -> Value {
    match value {
        MetaValue::Bool(v) => json!(v),
        MetaValue::Int(v) => json!(v),
        MetaValue::Uint(v) => json!(v),
        MetaValue::Float(v) => json!(v),
        MetaValue::Rational(n, d) => json!([n, d]),
        MetaValue::Text(v) => json!(v),
        MetaValue::Bytes(v) => json!({"bytes": v.len()}),
        MetaValue::List(list) => list.iter().map(meta_value).collect(),
        MetaValue::Map(map) => Value::Object(map.iter().map(|(key, v)| (key.clone(), meta_value(v))).collect()),
        other => json!(other.to_string()),
    }
}

/// The typed part of the metadata; what is not there is left out.
pub(crate) fn metadata_json(meta: &Metadata) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(key.into(), value);
        }
    };
    let bytes = |v: &Vec<u8>| json!({"bytes": v.len()});
    put("description", meta.description.as_ref().map(|v| json!(v)));
    put("software", meta.software.as_ref().map(|v| json!(v)));
    put("date_time", meta.date_time.as_ref().map(|v| json!(v)));
    put("page_name", meta.page_name.as_ref().map(|v| json!(v)));
    put(
        "resolution",
        meta.resolution.map(|r| json!({"x": r.x, "y": r.y, "unit": format!("{:?}", r.unit).to_lowercase()})),
    );
    put("spacing", meta.spacing.as_ref().map(|v| json!(v)));
    put("orientation", meta.orientation.map(|v| json!(v)));
    put("gamma", meta.gamma.map(|v| json!(v)));
    put("chromaticities", meta.chromaticities.map(|v| json!(v)));
    put("srgb_intent", meta.srgb_intent.map(|v| json!(v)));
    put("cicp", meta.cicp.map(|v| json!(v)));
    put("palette", meta.palette.as_ref().map(|v| json!(v)));
    put("icc_profile", meta.icc_profile.as_ref().map(bytes));
    put("exif", meta.exif.as_ref().map(bytes));
    put("xmp", meta.xmp.as_ref().map(|v| json!(String::from_utf8_lossy(v))));
    if !meta.text.is_empty() {
        put("text", Some(Value::Object(meta.text.iter().map(|(key, v)| (key.clone(), json!(v))).collect())));
    }
    if !meta.tags.is_empty() {
        put("tags", Some(Value::Object(meta.tags.iter().map(|(key, v)| (key.clone(), meta_value(v))).collect())));
    }
    Value::Object(map)
}
