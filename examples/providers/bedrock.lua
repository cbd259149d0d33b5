-- bedrock.lua - Stable Image at Amazon Bedrock, with an access key of AWS.
--
--     PICTOR_KEY=choose-one AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… build/bin/pictor serve -c examples/providers/bedrock.lua
--
-- The key's user needs bedrock:InvokeModel, and access to the models in that region. With a Bedrock API key,
-- `api_key` stands in place of the three.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        aws = {
            kind = "bedrock",
            access_key_id = env "AWS_ACCESS_KEY_ID",
            secret_access_key = env "AWS_SECRET_ACCESS_KEY",
            session_token = env "AWS_SESSION_TOKEN",        -- optional: of temporary credentials
            region = env "AWS_REGION" or "us-west-2",
        },
    },
}
