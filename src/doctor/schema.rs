//! Whether a data file is what `schema/instagram.v1.json` says: as much of JSON Schema as that file uses. Pure.

use regex_lite::Regex;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../schema/instagram.v1.json");

/// Returns the first thing that is wrong, with its place; `None` when nothing is.
pub fn first_fault(data: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is part of this program");
    fault(data, &schema, &schema, "")
}

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
    if let (Some(text), Some(pattern)) = (value.as_str(), rule.get("pattern").and_then(Value::as_str))
        && !Regex::new(pattern).expect("a test builds every pattern of the schema").is_match(text)
    {
        return Some(format!("{} is not of the form it should have", place()));
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
    use crate::auth::AccessToken;
    use crate::bake::{Belief, Source, Tools, bake, enter};
    use crate::config::{Layer, Settings};
    use crate::emulator::{Emulator, carousel, photo, video};
    use crate::files::Root;
    use serde_json::json;

    /// The data file of a post of each kind.
    fn whole() -> Value {
        let api = Emulator::start()
            .post(photo("DAa").size(32, 32).caption("a #tag for @somebody"))
            .post(carousel("DAb").slide(40, 40).slide(32, 20))
            .post(video("DAc").size(20, 32));
        let mut flags = Layer::default();
        flags.flag("api.base", "a test", api.base());
        flags.flag("pictures.widths", "a test", "16");
        flags.flag("token.refresh", "a test", "never");
        let settings = Settings::from_layers(&[&flags], &Default::default()).unwrap();
        let token = AccessToken::new(&api.token()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let tools = Tools {
            root: &root,
            settings: &settings,
            sources: &[Source::Demo(token)],
            now: "2026-05-09T12:00:00Z".parse().unwrap(),
            belief: Belief::Cautious,
            shapers: 1,
            watch: &|_| {},
            stores: &[],
            is_store_hindered: false,
            announce: &|_| {},
            pause: &|_| {},
            dice: &|| 0.5,
        };
        bake(&enter(&root, |_| {}).unwrap(), &tools).unwrap();
        serde_json::from_slice(&root.read(&settings.feeds[0].data_file).unwrap().unwrap()).unwrap()
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let whole = whole();
        assert_eq!(first_fault(&whole), None);
        let changed = |pointer: &str, value: Value| {
            let mut data = whole.clone();
            *data.pointer_mut(pointer).unwrap() = value;
            first_fault(&data)
        };
        assert_eq!(changed("/version", json!(2)).as_deref(), Some("`version` should be 1"));
        assert_eq!(changed("/posts", json!({})).as_deref(), Some("`posts` should be of the type array"));
        assert!(changed("/posts", json!([{}])).unwrap().starts_with("`posts[0]` has no `"));
        let odd = "`posts[0].timestamp` is not of the form it should have";
        assert_eq!(changed("/posts/0/timestamp", json!("yesterday")).as_deref(), Some(odd));
        assert_eq!(first_fault(&json!([])).as_deref(), Some("the file should be of the type object"));
    }

    /// Every place in a value, as a pointer.
    fn places(value: &Value, at: &str, into: &mut Vec<String>) {
        into.push(at.to_owned());
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| places(field, &format!("{at}/{name}"), into));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), into));
            }
            _ => {}
        }
    }

    #[test]
    fn it_says_yes_and_no_where_a_whole_validator_does() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let data = whole();
        assert!(validator.is_valid(&data));
        let mut all = Vec::new();
        places(&data, "", &mut all);
        let odd = [
            json!(""),
            json!("odd \n"),
            json!("odd"),
            json!(-1),
            json!(0.5),
            json!(true),
            json!([]),
            json!({}),
            json!(null),
        ];
        for place in &all {
            for value in &odd {
                let mut changed = data.clone();
                *changed.pointer_mut(place).unwrap() = value.clone();
                let found = first_fault(&changed);
                assert_eq!(found.is_none(), validator.is_valid(&changed), "{place} as {value}: {found:?}");
            }
            let mut shortened = data.clone();
            if let Some(fields) = shortened.pointer_mut(place).and_then(Value::as_object_mut) {
                fields.insert("unheard_of".to_owned(), json!(1));
                assert_eq!(first_fault(&shortened).is_none(), validator.is_valid(&shortened), "{place} with one more");
            }
        }
    }
}
