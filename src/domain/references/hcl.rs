//! Finds the strings of an HCL file, with the blocks and keys that contain them. The scanner understands only the
//! syntax that is necessary for that.

use std::borrow::Cow;

use super::{MAX_DEPTH, Visit};

/// How many words of one item are kept. The header of a block has at most three; more words have no effect.
const MAX_WORDS: usize = 16;

/// Visits every string that is a value, with the words that lead to it: `resource`, the type and the name, then the
/// key. In text that is not HCL, the strings that can be recognized are visited.
///
/// # Errors
/// Returns the line in which the nesting exceeds [`MAX_DEPTH`].
pub(super) fn visit_strings(text: &str, visit: &mut Visit<'_>) -> Result<(), usize> {
    Scanner { rest: text, line: 1, scopes: Vec::new(), path: Vec::new(), start: 0, assigned: false, visit }.run()
}

/// An open bracket.
struct Scope {
    bracket: char,
    /// The value of `Scanner::start` and `Scanner::assigned` for the item that contains the bracket.
    start: usize,
    assigned: bool,
}

/// The state while the text is read. An item is one entry of a block, an object or a list.
struct Scanner<'t, 's> {
    rest: &'t str,
    line: usize,
    scopes: Vec<Scope>,
    /// The words before all open brackets, then the words of the current item.
    path: Vec<Cow<'t, str>>,
    /// The index in `path` of the first word of the current item.
    start: usize,
    /// Whether the current item has had its `=` or `:`.
    assigned: bool,
    visit: &'s mut Visit<'s>,
}

impl<'t> Scanner<'t, '_> {
    fn run(mut self) -> Result<(), usize> {
        while let Some(char) = self.rest.chars().next() {
            match char {
                '#' => self.skip_line(),
                '/' if self.rest.starts_with("//") => self.skip_line(),
                '/' if self.rest.starts_with("/*") => {
                    self.take(self.rest[1..].find("*/").map_or(self.rest.len(), |end| 1 + end + 2));
                }
                '<' if self.rest.starts_with("<<") => self.skip_heredoc(),
                '"' => self.string(),
                char if is_word(char) => self.word(),
                char => {
                    self.take(char.len_utf8());
                    self.punctuation(char);
                    if self.scopes.len() > MAX_DEPTH {
                        return Err(self.line);
                    }
                }
            }
        }
        Ok(())
    }

    /// Consumes the next `length` bytes.
    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn punctuation(&mut self, char: char) {
        match char {
            '\n' | ',' => self.end_item(),
            '{' | '[' | '(' => {
                self.scopes.push(Scope { bracket: char, start: self.start, assigned: self.assigned });
                self.start = self.path.len();
                self.assigned = false;
            }
            ')' if self.is_in_call() => self.close(),
            '}' | ']' => {
                while self.is_in_call() {
                    self.close();
                }
                self.close();
                self.end_item();
            }
            '=' | ':' => self.assigned = true,
            _ => {}
        }
    }

    /// Closes a bracket. The item that contains it continues: `lookup(var.images, "web", "UUID")` is one value.
    fn close(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            self.path.truncate(self.start);
            (self.start, self.assigned) = (scope.start, scope.assigned);
        }
    }

    fn is_in_call(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.bracket == '(')
    }

    fn push_word(&mut self, word: &'t str) {
        if self.path.len() - self.start < MAX_WORDS {
            self.path.push(word.into());
        }
    }

    fn end_item(&mut self) {
        self.path.truncate(self.start);
        self.assigned = false;
    }

    fn skip_line(&mut self) {
        self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
    }

    /// Skips a heredoc: `<<EOF`, lines, `EOF`.
    fn skip_heredoc(&mut self) {
        let mut lines = self.rest.split_inclusive('\n');
        let first = lines.next().unwrap_or_default();
        let marker = first[2..].trim_start_matches('-').trim();
        let length: usize = lines.take_while(|line| line.trim() != marker).map(str::len).sum();
        self.take(first.len() + length);
        self.skip_line();
    }

    fn word(&mut self) {
        let word = self.take(self.rest.find(|char| !is_word(char)).unwrap_or(self.rest.len()));
        if !self.assigned {
            self.push_word(word);
        }
    }

    /// Reads a string. After `=` and in a list or a call, it is a value. Otherwise, it is a label of a block or a key.
    fn string(&mut self) {
        let first_line = self.line;
        let (mut depth, mut end) = (0_usize, self.rest.len());
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' => drop(chars.next()),
                '$' | '%' if chars.next_if(|(_, next)| *next == '{').is_some() => depth += 1,
                '}' if depth > 0 => depth -= 1,
                '"' | '\n' if depth == 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let text = &self.rest[1..end];
        self.take(self.rest.len().min(end + 1));
        let in_list = self.scopes.last().is_some_and(|scope| scope.bracket != '{');
        if self.assigned || in_list {
            (self.visit)(&self.path, first_line, text);
        } else {
            self.push_word(text);
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.')
}
