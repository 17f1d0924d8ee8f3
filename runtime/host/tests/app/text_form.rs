//! Components in text form: what no compiler of a language would write.

/// A component that exports the world and whose core module has `body`.
pub(crate) fn component(body: &str) -> Vec<u8> {
    importing("", "", body)
}

/// The same with imports of its own; `with` gives them to the core module.
pub(crate) fn importing(imports: &str, with: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            {imports}
            (core module $m {body} (func (export "nothing")))
            (core instance $i (instantiate $m {with}))
            (func $nothing (canon lift (core func $i "nothing")))
            (instance $app
                (export "services" (func $nothing))
                (export "serve" (func $nothing))
                (export "start" (func $nothing))
                (export "recover" (func $nothing)))
            (export "caisson:app/app@0.1.0" (instance $app)))"#
    );
    wat::parse_str(&text).unwrap()
}
