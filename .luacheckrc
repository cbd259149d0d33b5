-- .luacheckrc - what may a Lua file of this folder use beyond the language?
std = "lua54"
max_line_length = 140
exclude_files = { "build", "**/node_modules" }

files["tests/converse"] = { read_globals = { "pictor" } }
files["modules"] = { read_globals = { "pictor" } }
files["scripts/models.lua"] = { max_line_length = false }      -- a table, one row a line
files["examples"] = { read_globals = { "env", "file" } }
files["examples/new-provider"] = { read_globals = { "pictor" } }        -- to be copied into modules
files["tests/requests"] = { read_globals = { "env", "file" } }
files["premake5.lua"] = { ignore = { "113", "143" } }           -- premake's own globals, too many to list
