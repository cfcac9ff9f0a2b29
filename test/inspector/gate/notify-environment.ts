/** What the function that tells people finds in its environment; imported before it is. */
process.env.TABLE = 'table';
process.env.TOPIC = 'arn:aws:sns:eu-west-1:111111111111:verdicts';
process.env.QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111111111111/verdicts';
process.env.EVENTS = 'Image Rejected,Image Verdict Changed';
process.env.RUNBOOK_URL = 'https://wiki.example.com/verdicts';
process.env.AWS_REGION = 'eu-west-1';
process.env.AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE';
process.env.AWS_SECRET_ACCESS_KEY = 'an-example-of-a-secret-key';
