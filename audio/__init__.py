"""Sound: soundfonts, synthesis, stems, mix and encoding. Imports nothing else of ours."""
