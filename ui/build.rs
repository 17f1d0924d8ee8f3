//! Compiles the screen's files into the crate.

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() -> Result<(), slint_build::CompileError> {
    // Tests find what is on the screen by the names in it, which only this keeps.
    let is_debug = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    let config = CompilerConfiguration::new()
        // Pinned: without it the look is that of the machine which builds.
        .with_style("fluent-light".to_owned())
        .with_bundled_translations("lang")
        // One "Cancel" for all components.
        .with_default_translation_context(DefaultTranslationContext::None)
        .embed_resources(EmbedResourcesKind::EmbedFiles)
        .with_debug_info(is_debug);
    slint_build::compile_with_config("slint/app.slint", config)
}
