// Reads each line as Rust's serde_json does and prints what it has read, in the form of values.ts.
use serde_json::{json, Map, Value};
use std::io::{stdin, BufRead};

fn main() {
    for line in stdin().lock().split(b'\n') {
        let line = line.expect("input");
        let found = match serde_json::from_slice::<Value>(&line) {
            Ok(message) => parts(&message),
            Err(error) => json!({ "ok": false, "error": error.to_string() }),
        };
        println!("{found}");
    }
}

fn parts(message: &Value) -> Value {
    let mut found = Map::new();
    found.insert("ok".into(), true.into());
    let params = message.get("params");
    for (part, value) in [
        ("method", message.get("method")),
        ("name", params.and_then(|params| params.get("name"))),
        (
            "arguments",
            params.and_then(|params| params.get("arguments")),
        ),
    ] {
        if let Some(value) = value {
            found.insert(part.into(), form(value));
        }
    }
    Value::Object(found)
}

fn form(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) => json!({ "n": number.to_string() }),
        Value::String(text) => text_form(text),
        Value::Array(items) => json!({ "a": items.iter().map(form).collect::<Vec<_>>() }),
        Value::Object(members) => {
            let pair = |(key, item): (&String, &Value)| (text_form(key), form(item));
            json!({ "o": members.iter().map(pair).collect::<Vec<_>>() })
        }
    }
}

fn text_form(text: &str) -> Value {
    json!({ "s": text.chars().map(u32::from).collect::<Vec<_>>() })
}
