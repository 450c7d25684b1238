//! The syntax of `fields`: names, commas, braces, `.limit(n)` and `.as(x)`; as strict as the API. Pure.

/// One field that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The name it is answered under.
    pub shown_as: String,
    /// `.limit(n)` of an edge.
    pub limit: Option<usize>,
    /// What stands in its braces.
    pub inner: Option<Vec<Field>>,
}

/// Reads the value of `fields`.
///
/// # Errors
/// The API's own message, with the place of the error.
pub fn parse(text: &str) -> Result<Vec<Field>, String> {
    let mut reader = Reader { text, at: 0 };
    let fields = reader.list()?;
    if reader.at < text.len() {
        return Err(reader.error("Expected end of string instead of \"}\"."));
    }
    Ok(fields)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, what: &str) -> String {
        format!("Syntax error \"{what}\" at character {}: {}", self.at, self.text)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, letter: char) -> bool {
        let is_there = self.peek() == Some(letter);
        if is_there {
            self.at += letter.len_utf8();
        }
        is_there
    }

    fn blanks(&mut self) {
        while self.take(' ') {}
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = &self.text[self.at..];
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        if length == 0 {
            return Err(self.error("Expected name."));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    fn list(&mut self) -> Result<Vec<Field>, String> {
        let mut fields: Vec<Field> = Vec::new();
        loop {
            self.blanks();
            let field = self.field()?;
            if fields.iter().any(|other| other.shown_as == field.shown_as) {
                let name = &field.shown_as;
                return Err(self.error(&format!(
                    "Field {name} specified more than once. This is only possible before version 2.1"
                )));
            }
            fields.push(field);
            self.blanks();
            if !self.take(',') {
                return Ok(fields);
            }
        }
    }

    fn field(&mut self) -> Result<Field, String> {
        let name = self.name()?;
        let mut field = Field { shown_as: name.clone(), name, limit: None, inner: None };
        while self.take('.') {
            let modifier = self.name()?;
            if !self.take('(') {
                return Err(self.error("Expected \"(\"."));
            }
            let argument = self.name()?;
            if !self.take(')') {
                return Err(self.error("Expected \")\"."));
            }
            match modifier.as_str() {
                "limit" => field.limit = Some(argument.parse().map_err(|_| self.error("Expected a number."))?),
                "as" => field.shown_as = argument,
                _ => return Err(self.error(&format!("Unknown modifier {modifier}."))),
            }
        }
        if self.take('{') {
            field.inner = Some(self.list()?);
            if !self.take('}') {
                return Err(self.error("Expected \"}\"."));
            }
        }
        Ok(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_takes_is_taken() {
        let fields = parse("id, caption,children.limit(3){id,media_url},media_url.as(x)").unwrap();
        let names: Vec<(&str, &str)> =
            fields.iter().map(|field| (field.name.as_str(), field.shown_as.as_str())).collect();
        assert_eq!(names, [("id", "id"), ("caption", "caption"), ("children", "children"), ("media_url", "x")]);
        assert_eq!(fields[2].limit, Some(3));
        assert_eq!(fields[2].inner.as_ref().map(Vec::len), Some(2));
    }

    #[test]
    fn what_the_api_refuses_is_refused_in_its_words() {
        let table = [
            ("", "Syntax error \"Expected name.\" at character 0: "),
            ("id,", "Syntax error \"Expected name.\" at character 3: id,"),
            (
                "id,id",
                "Syntax error \"Field id specified more than once. This is only possible before version 2.1\" at character 5: id,id",
            ),
            ("children{id", "Syntax error \"Expected \"}\".\" at character 11: children{id"),
            ("id}", "Syntax error \"Expected end of string instead of \"}\".\" at character 2: id}"),
            ("children.limit(x)", "Syntax error \"Expected a number.\" at character 17: children.limit(x)"),
        ];
        for (text, message) in table {
            assert_eq!(parse(text).unwrap_err(), message);
        }
    }
}
