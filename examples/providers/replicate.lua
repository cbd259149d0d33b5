-- replicate.lua - Replicate's models, and how a model is added that the catalogue does not know.
--
--     REPLICATE_API_TOKEN=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/replicate.lua
--
-- Any model can be asked for as "replicate/owner/model". What it calls its inputs is guessed from its name, or said in
-- `wire`, as its page at Replicate has it. modules/replicate/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        replicate = {
            kind = "replicate",
            api_key = env "REPLICATE_API_TOKEN",
            wire = { ["qwen/qwen-image-edit-plus"] = { images = "image", match = "match_input_image" } },
        },
    },
}
