//! Whether a data file is what `schema/instagram.v1.json` says: as much of JSON Schema as that file uses. Pure.

use serde_json::Value;

const SCHEMA: &str = include_str!("../../schema/instagram.v1.json");

/// Returns the first thing that is wrong, with its place; `None` when nothing is.
pub fn first_fault(data: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is part of this program");
    fault(data, &schema, &schema, "")
}

/// Patterns are left out: a value that was written by hand and reads oddly builds all the same.
fn fault(value: &Value, rule: &Value, schema: &Value, at: &str) -> Option<String> {
    let place = || if at.is_empty() { "the file".to_owned() } else { format!("`{}`", at.trim_start_matches('.')) };
    if let Some(name) = rule.get("$ref").and_then(Value::as_str) {
        let target = name.strip_prefix('#').and_then(|pointer| schema.pointer(pointer))?;
        if let Some(found) = fault(value, target, schema, at) {
            return Some(found);
        }
    }
    if let Some(constant) = rule.get("const")
        && value != constant
    {
        return Some(format!("{} should be {constant}", place()));
    }
    if let Some(words) = rule.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        return Some(format!("{} is none of the words it may be", place()));
    }
    if let Some(kind) = rule.get("type").and_then(Value::as_str)
        && !is_a(value, kind)
    {
        return Some(format!("{} should be of the type {kind}", place()));
    }
    if let (Some(number), Some(least)) = (value.as_f64(), rule.get("minimum").and_then(Value::as_f64))
        && number < least
    {
        return Some(format!("{} is less than {least}", place()));
    }
    let least = |key: &str| rule.get(key).and_then(Value::as_u64).unwrap_or(0);
    match value {
        Value::String(text) if (text.chars().count() as u64) < least("minLength") => {
            Some(format!("{} is empty", place()))
        }
        Value::Array(items) => {
            if (items.len() as u64) < least("minItems") {
                return Some(format!("{} is empty", place()));
            }
            let rule = rule.get("items")?;
            items.iter().enumerate().find_map(|(index, item)| fault(item, rule, schema, &format!("{at}[{index}]")))
        }
        Value::Object(fields) => {
            let required =
                rule.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            if let Some(missing) = required.into_iter().find(|name| !fields.contains_key(*name)) {
                return Some(format!("{} has no `{missing}`", place()));
            }
            let known = rule.get("properties").and_then(Value::as_object)?;
            fields.iter().find_map(|(name, value)| match known.get(name) {
                Some(rule) => fault(value, rule, schema, &format!("{at}.{name}")),
                None if rule.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    Some(format!("{} has a `{name}`, which nobody knows", place()))
                }
                None => None,
            })
        }
        _ => None,
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let whole = json!({ "version": 1, "feed": { "name": "a" }, "account": { "username": "", "name": "", "url": "", "biography": "", "website": "" }, "posts": [] });
        assert_eq!(first_fault(&whole), None);
        let changed = |pointer: &str, value: Value| {
            let mut data = whole.clone();
            *data.pointer_mut(pointer).unwrap() = value;
            first_fault(&data)
        };
        assert_eq!(changed("/version", json!(2)).as_deref(), Some("`version` should be 1"));
        assert_eq!(changed("/posts", json!({})).as_deref(), Some("`posts` should be of the type array"));
        assert!(changed("/posts", json!([{}])).unwrap().starts_with("`posts[0]` has no `"));
        assert_eq!(first_fault(&json!([])).as_deref(), Some("the file should be of the type object"));
    }
}
