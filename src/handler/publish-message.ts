import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

/** A message in every form that a subscriber of a topic may take. */
export interface Message {
  readonly subject: string;
  /** For people. */
  readonly text: string;
  /** For machines; what a protocol gets that has no form of its own. */
  readonly json: string;
  /** For chats. */
  readonly chat?: string;
  /** For telephones; the first line of the text unless it is given. */
  readonly short?: string;
}

/** Publishes a message on a topic. */
export async function publishMessage(
  sns: SNSClient, TopicArn: string, { subject, text, json, chat, short }: Message, attributes: Readonly<Record<string, string>>,
): Promise<void> {
  await sns.send(new PublishCommand({
    TopicArn,
    // SNS takes 100 characters of ASCII, and no line break.
    Subject: subject.replace(/[^ -~]/g, '?').slice(0, 100),
    MessageStructure: 'json',
    Message: JSON.stringify({ default: json, email: text, sms: short ?? text.split('\n')[0], https: chat }),
    MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }])),
  }));
}
