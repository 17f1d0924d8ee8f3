fn main() {
    slint_build::compile("slint/app.slint").unwrap();
}
