/** What the functions find in their environment; imported before they are. */
process.env.NAMESPACE = 'SecureEcr/Audit';
process.env.TABLE = 'table';
process.env.TOPIC = 'arn:aws:sns:eu-west-1:111111111111:audit';
process.env.QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111111111111/audit';
process.env.STALE_DAYS = '90';
process.env.AWS_REGION = 'eu-west-1';
