"""Import and export: a codec for each format over the neutral structs of ``model``, and ``transfer`` to the vault."""
